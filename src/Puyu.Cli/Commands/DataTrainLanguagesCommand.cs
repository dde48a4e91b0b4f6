using System.CommandLine;
using Puyu.Data.Languages;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data train-languages FOLDER --out FILE</c>.</summary>
internal static class DataTrainLanguagesCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Folder with one UTF-8 file a language, named for its code: en.txt, zh-hans.txt.",
        };
        var output = new Option<string>("--out") { Description = "File of the model.", Required = true };
        var command = new Command("train-languages", "Train an identifier of languages.") { folder, output };
        command.SetAction(line =>
        {
            LanguageIdentifier identifier = LanguageTrainer.Train(line.GetRequiredValue(folder));
            identifier.Save(line.GetRequiredValue(output));
            Console.WriteLine(
                FormattableString.Invariant($"{identifier.Languages.Count} languages: ")
                + string.Join(' ', identifier.Languages));
        });
        return command;
    }
}
