using System.CommandLine;
using Puyu.Abstractions;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu lineage PATH</c>: from an artifact back to what it was made of.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A model, tokenizer, token file or report." };
        var command = new Command("lineage", "Walk from an artifact back to the documents it was made of.") { path };
        command.SetAction(line => Show(line.GetRequiredValue(path), Console.Out));
        return command;
    }

    /// <summary>Prints the chain.</summary>
    /// <returns>1 when an input is missing, damaged or has changed since.</returns>
    private static int Show(string path, TextWriter output)
    {
        bool isIntact = true;
        foreach (LineageStep step in Lineage.Walk(path))
        {
            isIntact &= step.State is LineageState.Verified or LineageState.NotAFile;
            output.WriteLine(step.Describe());
        }

        return isIntact ? 0 : 1;
    }
}
