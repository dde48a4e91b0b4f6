using System.CommandLine;
using System.Globalization;
using Puyu.Data.Lists;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data build-list --domains FILE… --out FILE</c>.</summary>
internal static class DataBuildListCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "File of the list.", Required = true };
        var command = new Command("build-list", "Build a list of addresses for the stage url-list.") { output };
        (UrlEntryKind Kind, Option<string[]> Files)[] kinds =
        [
            (UrlEntryKind.Domain, Files("--domains", "Domains with all their hosts, one a line.")),
            (UrlEntryKind.Host, Files("--hosts", "Single hosts.")),
            (UrlEntryKind.Url, Files("--urls", "Single pages.")),
            (UrlEntryKind.Word, Files("--words", "Words of which one in an address is enough.")),
            (UrlEntryKind.SoftWord, Files("--soft-words", "Words of which it takes two.")),
            (UrlEntryKind.Subword, Files("--subwords", "Letters anywhere, whatever stands between them.")),
        ];
        foreach ((_, Option<string[]> files) in kinds)
        {
            command.Add(files);
        }

        command.SetAction(line =>
        {
            var builder = new UrlListBuilder();
            foreach ((UrlEntryKind kind, Option<string[]> files) in kinds)
            {
                foreach (string path in line.GetValue(files) ?? [])
                {
                    builder.AddFile(kind, path);
                }
            }

            Save(builder, line.GetRequiredValue(output));
        });
        return command;
    }

    private static Option<string[]> Files(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    private static void Save(UrlListBuilder builder, string path)
    {
        builder.Save(path);
        using var list = new UrlList(path);
        foreach (UrlEntryKind kind in Enum.GetValues<UrlEntryKind>().Where(kind => list.Count(kind) > 0))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-8} {list.Count(kind),12}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{new FileInfo(path).Length / 1e6:F1} MB: {path}"));
    }
}
