using Puyu.Data.Perplexity;

namespace Puyu.Data.Tests.Perplexity;

public sealed class PerplexityDifferenceStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Apply_HonoursTheThresholdOfDomainAndLanguage()
    {
        Document document = Coherent(copies: 40);
        float difference = Apply(new PerplexityDifferenceStageOptions { LongBytes = 100 }, document).Values[0];
        var thresholds = new DifferenceThresholds { Default = difference - 1 };
        thresholds.Domains["book"] = new(StringComparer.Ordinal) { ["en"] = difference + 0.5f, ["*"] = difference - 0.5f };
        thresholds.Save(_folder.File("thresholds.json"));
        var options = new PerplexityDifferenceStageOptions { LongBytes = 100, Thresholds = _folder.File("thresholds.json") };

        Assert.Equal(-0.5f, Excess("book", "en"), 1e-5f);
        Assert.Equal(0.5f, Excess("book", "de"), 1e-5f);
        Assert.Equal(1, Excess("web", "en"), 1e-5f);
        Assert.False(new PerplexityDifferenceStage(options).Measures[1].Admits(Excess("web", "en")));

        float Excess(string domain, string language) => Apply(options, document with
        {
            Metadata = document.Metadata.SetItem("domain", domain).SetItem("language", language),
        }).Values[1];
    }

    [Fact]
    public void Apply_MeasuresLongTextsOnly()
    {
        (Document document, float[] values) = Apply(new PerplexityDifferenceStageOptions(), Coherent(copies: 40));

        Assert.All(values, value => Assert.True(float.IsNaN(value)));
        Assert.Empty(document.Scores);
    }

    [Fact]
    public void Load_NamesWhatIsWrongWithThresholds()
    {
        File.WriteAllText(_folder.File("bad.json"), "{ \"defualt\": 0 }");

        var problem = Assert.Throws<InvalidDataException>(() => DifferenceThresholds.Load(_folder.File("bad.json")));
        Assert.Contains("defualt", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refit_MovesTheThresholdToWhereThePersonDraws()
    {
        Document[] documents = [.. Enumerable.Range(1, 6).Select(i => Coherent(copies: 20 * i))];
        var thresholds = new DifferenceThresholds();
        string path = _folder.File("review.jsonl");

        Assert.Equal(4, BorderlineReview.Write(documents, thresholds, nearest: 4, path));
        Assert.Equal(6, BorderlineReview.Write(documents, thresholds, nearest: 10, path));
        string[] lines = File.ReadAllLines(path); // in the order of the difference
        float[] differences = [.. lines.Select(Difference)];
        File.WriteAllLines(path, lines.Select((line, i) => line.Replace(
            "\"keep\":null", i < 2 ? "\"keep\":true" : i < 5 ? "\"keep\":false" : "\"keep\":null",
            StringComparison.Ordinal)));

        float moved = BorderlineReview.Refit(path, thresholds).Of("book", "en");

        Assert.InRange(moved, differences[1], differences[2]);
        Assert.Equal(thresholds.Default, BorderlineReview.Refit(path, thresholds).Of("web", "en"));

        static float Difference(string line) =>
            System.Text.Json.JsonElement.Parse(line).GetProperty("difference").GetSingle();
    }

    private static (Document Document, float[] Values) Apply(
        PerplexityDifferenceStageOptions options, Document document)
    {
        float[] values = new float[2];
        return (new PerplexityDifferenceStage(options).Apply(document, values).Document, values);
    }

    /// <summary>The more copies of a sentence of ever new words, the more the first half says of the second.</summary>
    private static Document Coherent(int copies)
    {
        string text = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"w{Spell(i % copies * 37)}"));
        var document = new Document($"{copies}", text);
        return document with { Metadata = document.Metadata.Add("domain", "book").Add("language", "en") };
    }

    private static string Spell(int number) =>
        string.Concat(number.ToString(System.Globalization.CultureInfo.InvariantCulture).Select(c => (char)(c + 49)));
}
