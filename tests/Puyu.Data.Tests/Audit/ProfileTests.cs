using System.Text;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Audit;

public sealed class ProfileTests : IDisposable
{
    private const string Clean = """{ "name": "clean", "stages": [ { "stage": "size", "min": { "bytes": 200 } } ] }""";

    private static readonly double[] _widths = [10, 1, 5, 0.01, 0.01, 0.1, 1, 0.01, 0.001];

    private readonly TemporaryFolder _folder = new();
    private string[] _texts = [];

    private string Out => _folder.File("run");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("jsonl", "")]
    [InlineData("jsonl.gz", "")]
    [InlineData("wanjuan", "")]
    [InlineData("jsonl", """, { "name": "describe", "stages": [ { "stage": "statistics" } ] }""")]
    public void Histograms_AreThoseOfTheOutput(string format, string more)
    {
        WriteDocuments(500);
        Run(format, Clean + more);

        TextProfile profile = RunStatistics.Read(Out, default).Profile;

        Assert.Equal(9, profile.Histograms.Count);
        Assert.Contains(
            more.Length > 0 ? "as describe/statistics measured them." : "finished documents", profile.Origin,
            StringComparison.Ordinal);
        Assert.Contains("a quarter of the bytes", profile.Tokens, StringComparison.Ordinal);
        float[][] values = [.. _texts.Where(text => Encoding.UTF8.GetByteCount(text) >= 200).Select(Measure)];
        for (int figure = 0; figure < 9; figure++)
        {
            AssertCounts(profile.Histograms[figure], [.. values.Select(row => row[figure])], _widths[figure]);
        }
    }

    [Fact]
    public void Profile_SaysThatTextsWereChangedAfterwards()
    {
        WriteDocuments(50);
        Run("jsonl", """{ "name": "a", "stages": [ { "stage": "statistics" }, { "stage": "normalize" } ] }""");

        RunStatistics run = RunStatistics.Read(Out, default);

        Assert.Contains(
            $"changed a text {run.Funnel.Stages[1].Changed} times", run.Profile.Origin, StringComparison.Ordinal);
        Assert.True(run.Funnel.Stages[1].Changed > 0);
    }

    [Theory]
    [InlineData(true, "is in the ledger but not in")]
    [InlineData(false, "documents but the ledger says")]
    public void Read_NamesFinishedFilesThatAreNotThoseOfTheLedger(bool isDeleted, string problem)
    {
        WriteDocuments(50);
        Run("jsonl", Clean);
        string file = Directory.EnumerateFiles(Path.Combine(Out, "out")).Single();
        File.WriteAllLines(file, File.ReadLines(file).ToArray()[1..]);
        if (isDeleted)
        {
            File.Delete(file);
        }

        Exception error = Assert.ThrowsAny<Exception>(() => RunStatistics.Read(Out, default));

        Assert.True(error is FileNotFoundException or InvalidDataException, error.GetType().Name);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private void WriteDocuments(int count)
    {
        var random = new CounterRandom(seed: 2);
        string[] words =
            ["The", "house", "of", "#", "a", "ran.", "Is", "it?", "42", "wonderful\n", "and", "…", "屋子。", "not\n\n"];
        _texts =
        [
            .. Enumerable.Range(0, count).Select(i =>
                string.Join(' ', Enumerable.Range(0, 1 + random.NextInt32(i + 1))
                    .Select(_ => words[random.NextInt32(words.Length)])) + (i % 7 == 0 ? "  \t\n\n\n\n x" : "")),
        ];
        File.WriteAllLines(
            _folder.File("a.jsonl"),
            _texts.Select((text, i) => JsonSerializer.Serialize(new { id = $"d{i}", text })));
    }

    private void Run(string format, string steps)
    {
        File.WriteAllText(_folder.File("recipe.json"), $$"""
            { "sources": [ { "path": "a.jsonl" } ], "steps": [ {{steps}} ], "output": { "format": "{{format}}" } }
            """);
        Recipe recipe = Recipe.Load(_folder.File("recipe.json"), StageCatalog.BuiltIn, _ => { });
        PipelineRun.Create(recipe, Out, default).Run(2, null, default);
    }

    private static float[] Measure(string text)
    {
        float[] values = new float[9];
        new StatisticsStage(new StatisticsOptions()).Apply(new Document("", text), values);
        return values;
    }

    private static void AssertCounts(ProfileHistogram histogram, float[] values, double width)
    {
        float[] measured = [.. values.Where(float.IsFinite)];
        Assert.Equal(measured.Length, histogram.Documents);
        Assert.Equal(0, Math.Log2(histogram.Width / width) % 1, tolerance: 1e-9);
        int merged = (int)Math.Round(histogram.Width / width);
        int[] bins = [.. measured.Select(value => (int)(value / width * (1 + (1.0 / (1 << 22)))) / merged)];
        Assert.Equal(
            Enumerable.Range(0, histogram.Counts.Count).Select(bin => (long)bins.Count(other => other == bin)),
            histogram.Counts);
        Assert.Equal(bins.Count(bin => bin >= histogram.Counts.Count), histogram.Beyond);
        Assert.Equal(measured.Average(value => (double)value), histogram.Mean!.Value, tolerance: 1e-9);
    }
}
