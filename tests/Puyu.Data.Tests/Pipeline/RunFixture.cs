using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

/// <summary>Files of invented documents in a temporary folder, recipes over them, and what is left of a run.</summary>
internal sealed class RunFixture : IDisposable
{
    public const string AllSteps = """
        [ { "name": "clean", "stages": [ { "stage": "length", "min": { "characters": 6 } } ] },
          { "name": "dedup", "stages": [ { "stage": "first-line" } ] },
          { "name": "quality", "stages": [ { "stage": "length", "prefix": "", "max": { "digits": 0.25 } } ] } ]
        """;

    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.Root;

    public string Out => _folder.File("run");

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes files of documents: some short, some quoted, some of digits, many with the same first line.</summary>
    public void WriteFiles(int files, int documents, ulong seed = 1)
    {
        for (int file = 0; file < files; file++)
        {
            var random = new CounterRandom(seed, (ulong)file);
            var lines = new StringBuilder();
            for (int i = 0; i < documents; i++)
            {
                lines.Append(CultureInfo.InvariantCulture, $"f{file}-{i}\t");
                lines.Append(random.NextInt32(4) == 0 ? "> " : "").Append(Words(ref random, random.NextInt32(3)));
                if (random.NextInt32(2) == 0)
                {
                    lines.Append('|').Append(Words(ref random, 40));
                }

                lines.Append(i % 97 == 5 ? "\nno tab in this line\n" : "\n");
            }

            File.WriteAllText(_folder.File($"f{file}.lines"), lines.ToString());
        }
    }

    /// <summary>Writes a recipe and makes its stages.</summary>
    public Recipe Recipe(
        string steps = AllSteps, int partMegabytes = 64,
        string sources = """[ { "path": "*.lines", "format": "lines" } ]""", StageCatalog? catalog = null)
    {
        string path = _folder.File("recipe.json");
        File.WriteAllText(path, $$"""
            { "partMegabytes": {{partMegabytes}}, "sources": {{sources}}, "steps": {{steps}},
              "output": { "format": "lines" } }
            """);
        return Data.Pipeline.Recipe.Load(path, catalog ?? TestCatalog.Create(), _ => { });
    }

    /// <summary>Runs a recipe and says how many files it made.</summary>
    public int Run(Recipe recipe, string? folder = null, int threads = 2) =>
        PipelineRun.Create(recipe, folder ?? Out, default).Run(threads, null, default);

    /// <summary>Lines of all finished files, in ordinal order.</summary>
    public string[] Output(string? folder = null) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(folder ?? Out, "out")).SelectMany(File.ReadLines)
            .Order(StringComparer.Ordinal),
    ];

    private static string Words(ref CounterRandom random, int words)
    {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            int word = random.NextInt32(30);
            text.Append(i == 0 ? "" : " ").Append(word < 8 ? $"{word}{word}{word}" : $"word{(char)('a' + word)}");
        }

        return text.ToString();
    }
}
