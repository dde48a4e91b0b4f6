using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Cli.Tests.Support;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Cli.Tests.Data;

/// <summary>JSON Lines of invented documents, many of them twice, and a recipe that keeps each once.</summary>
internal sealed class DataFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.Root;

    public string Recipe => _folder.File("recipe.json");

    public string Out => _folder.File("run");

    /// <summary>What the recipe writes, JSON.</summary>
    public string Outputs { get; set; } = """{ "format": "jsonl" }""";

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes files and the recipe.</summary>
    public void Write(int files, int documents, int minBytes = 40)
    {
        for (int file = 0; file < files; file++)
        {
            var random = new CounterRandom(seed: 1, (ulong)file);
            var lines = new StringBuilder();
            for (int i = 0; i < documents; i++)
            {
                int topic = random.NextInt32(documents);
                IEnumerable<string> words =
                    Enumerable.Range(0, 1 + (topic % 60)).Select(k => $"word{(topic * 31) + k}");
                string text = string.Join(' ', words);
                lines.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{file}}-{{i}}","text":"{{text}}"}""");
                lines.Append('\n');
            }

            File.WriteAllText(_folder.File($"{file}.jsonl"), lines.ToString());
        }

        WriteRecipe(minBytes);
    }

    /// <summary>Writes the recipe.</summary>
    public void WriteRecipe(int minBytes) => File.WriteAllText(Recipe, string.Create(
        CultureInfo.InvariantCulture, $$"""
            {
              "partMegabytes": 1,
              "sources": [ { "path": "*.jsonl", "format": "jsonl" } ],
              "steps": [
                { "name": "clean", "stages": [ { "stage": "size", "min": { "bytes": {{minBytes}} } } ] },
                { "name": "dedup", "stages": [ { "stage": "exact" } ] },
                { "name": "last", "stages": [ { "stage": "sample", "max": { "draw": 0.9 } } ] }
              ],
              "output": {{Outputs}}
            }
            """));

    /// <summary>Trains a tokenizer on the files and writes it as <c>tokenizer.json</c>.</summary>
    public void WriteTokenizer() => TokenizerJson.Save(
        BpeTrainer.Train(
            [.. Directory.EnumerateFiles(Root, "*.jsonl").Order(StringComparer.Ordinal)
                .Select(path => (ReadOnlyMemory<byte>)File.ReadAllBytes(path))],
            new BpeTrainingOptions { VocabSize = 400, SpecialTokens = ["</s>"], EosToken = "</s>" }),
        _folder.File("tokenizer.json"));

    /// <summary>Runs the recipe in a process of its own.</summary>
    public Tool.Result Run(string? folder = null, params string[] more) =>
        Tool.Run(["data", "run", Recipe, "--out", folder ?? Out, .. more]);

    /// <summary>Names, below the folder of the run, and hashes of all files in some of its folders.</summary>
    public static string[] Hashes(string run, params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(run, folder), "*"))
            .Select(path => $"{Path.GetRelativePath(run, path)} "
                + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Lines of all finished files, in ordinal order.</summary>
    public string[] Output(string? folder = null) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(folder ?? Out, "out")).SelectMany(File.ReadLines)
            .Order(StringComparer.Ordinal),
    ];
}
