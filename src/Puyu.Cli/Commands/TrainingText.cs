using Puyu.Data;

namespace Puyu.Cli.Commands;

/// <summary>Lines of plain text files, and of the texts of JSON Lines.</summary>
internal static class TrainingText
{
    public static IEnumerable<string> Lines(string path) =>
        Path.GetExtension(path) == ".jsonl"
            ? JsonLines.Read(path).SelectMany(document => document.Text.Split('\n'))
            : File.ReadLines(path);
}
