using System.CommandLine;
using Puyu.Cli.Recipes;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data recipe [NAME]</c>.</summary>
internal static class DataRecipeCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "Name of a ready recipe; without one, the names are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("recipe", "Print a ready recipe, to change it and run it.") { name };
        command.SetAction(line =>
        {
            if (line.GetValue(name) is { } asked)
            {
                Console.Out.Write(ReadyRecipes.Read(asked));
                return;
            }

            foreach (string ready in ReadyRecipes.Names)
            {
                Console.WriteLine(ready);
            }
        });
        return command;
    }
}
