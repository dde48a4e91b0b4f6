using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests.Data;

public sealed partial class DataStatsTests : IDisposable
{
    private readonly DataFixture _fixture = new();

    private string Report => Path.Combine(_fixture.Out, "report.html");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Stats_WritesAPageThatStandsAlone_AndTheSameNumbersAsJson()
    {
        _fixture.Write(files: 2, documents: 300);
        _fixture.Run();
        string json = Path.Combine(_fixture.Root, "stats.json");

        Tool.Result result = Tool.Run("data", "stats", "--out", _fixture.Out, "--json", json);

        Assert.Equal(("", 0), (result.Errors, result.Status));
        Assert.Contains("documents repeat", result.Output, StringComparison.Ordinal);
        Assert.Contains($"report: {Report}", result.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(Report);
        Assert.Empty(Loaded().Matches(page));
        Assert.Equal(Pictures().Count(page), PicturesWithTitles().Count(page));
        Assert.True(Pictures().Count(page) > 12); // two streams, nine histograms, two bounds, the sizes of clusters
        using var numbers = JsonDocument.Parse(File.ReadAllBytes(json));
        AssertAddsUp(numbers.RootElement.GetProperty("funnel"), page);
        Assert.Equal(9, numbers.RootElement.GetProperty("profile").GetProperty("histograms").GetArrayLength());
    }

    [Fact]
    public void Stats_WritesTheSameBytes_ForTheSameRunElsewhere()
    {
        _fixture.Write(files: 2, documents: 200);
        string other = Path.Combine(_fixture.Root, "other");
        string page = Path.Combine(_fixture.Root, "page.html");
        _fixture.Run(null, "--threads", "1");
        _fixture.Run(other, "--threads", "3");

        Tool.Run("data", "stats", "--out", _fixture.Out);
        Tool.Run("data", "stats", "--out", other, "--html", page);

        Assert.Equal(File.ReadAllBytes(Report), File.ReadAllBytes(page));
    }

    [Fact]
    public void Stats_ShowsMarkupOfDocumentsAsText()
    {
        const string Attack = "<script>alert(1)</script><img src=x onerror=alert(2)>";
        _fixture.WriteRecipe(minBytes: 200);
        string encoded = JsonSerializer.Serialize($"{Attack}");
        string longer = JsonSerializer.Serialize($"{Attack} {new string('x', 300)}");
        File.WriteAllText(
            Path.Combine(_fixture.Root, "0.jsonl"),
            $$"""
            {"id":{{encoded}},"text":{{encoded}}}
            {"id":"kept {{encoded.Trim('"')}}","text":{{longer}}}
            {"id":"twice {{encoded.Trim('"')}}","text":{{longer}}}
            <script>alert(3)</script>

            """);
        _fixture.Run();

        Tool.Run("data", "stats", "--out", _fixture.Out);

        string page = File.ReadAllText(Report);
        Assert.Empty(Loaded().Matches(page));
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("the line is no JSON object", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(30, 100_000)]
    public void Stats_TakesRunsThatLeaveNothing(int documents, int minBytes)
    {
        _fixture.Write(files: 1, documents, minBytes);
        _fixture.Run();

        Tool.Result result = Tool.Run("data", "stats", "--out", _fixture.Out);

        Assert.Equal(("", 0), (result.Errors, result.Status));
        Assert.Contains("0 (0 B) are in the result", File.ReadAllText(Report), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", File.ReadAllText(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicates_NamesWhoRepeatsWhom()
    {
        _fixture.Write(files: 2, documents: 200);
        File.WriteAllText(
            Path.Combine(_fixture.Root, "9.jsonl"),
            """
            {"id":"with \"quotes\", and a comma","text":"the same text, long enough to be kept by the recipe"}
            {"id":"plain","text":"the same text, long enough to be kept by the recipe"}

            """);
        _fixture.Run();
        string csv = Path.Combine(_fixture.Root, "d.csv");

        string[] lines = Tool.Run("data", "duplicates", "--out", _fixture.Out).Output.TrimEnd().Split('\n');
        Tool.Result table = Tool.Run("data", "duplicates", "--out", _fixture.Out, "--csv", csv);

        string[] rows = File.ReadAllLines(csv);
        Assert.Equal(lines.Length + 1, rows.Length);
        Assert.StartsWith(
            $"{lines.Length.ToString("N0", CultureInfo.InvariantCulture)} duplicates", table.Output,
            StringComparison.Ordinal);
        Assert.StartsWith("step,stage,rule,removed,id,file,offset,number,of_id,", rows[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("dedup/exact: ", StringComparison.Ordinal)
            && line.Contains("plain at 9.jsonl@", StringComparison.Ordinal)
            && line.Contains("with \"quotes\", and a comma at 9.jsonl@0", StringComparison.Ordinal));
        Assert.Single(rows, row => row.Contains("\"with \"\"quotes\"\", and a comma\"", StringComparison.Ordinal));
        string stats = Tool.Run("data", "stats", "--out", _fixture.Out).Output;
        Assert.Contains($"dedup/exact: {lines.Length} documents repeat", stats, StringComparison.Ordinal);
    }

    [Fact]
    public void Stats_NeedsNoMoreMemory_ForManyDocuments()
    {
        _fixture.Write(files: 1, documents: 120_000);
        _fixture.Run();
        long read = new FileInfo(Path.Combine(_fixture.Root, "0.jsonl")).Length;
        const int Heap = 32 << 20;

        Tool.Result result = Tool.Run(heapBytes: Heap, "data", "stats", "--out", _fixture.Out);

        Assert.Equal(("", 0), (result.Errors, result.Status));
        Assert.True(read > Heap, $"{read} bytes would fit the heap");
        Assert.InRange(new FileInfo(Report).Length, 10_000, 1_000_000);
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("duplicates")]
    public void Commands_SayThatNoRunWasFinished(string command)
    {
        Tool.Result result = Tool.Run("data", command, "--out", _fixture.Root);

        Assert.Equal(1, result.Status);
        Assert.Equal(
            $"puyu: {_fixture.Root} has no ledger.db; puyu data run makes it at the end", result.Errors.Trim());
    }

    private static void AssertAddsUp(JsonElement funnel, string page)
    {
        long left = funnel.GetProperty("documents").GetInt64();
        foreach (JsonElement stage in funnel.GetProperty("stages").EnumerateArray())
        {
            Assert.Equal(left, stage.GetProperty("documents").GetInt64());
            long removed = stage.GetProperty("removed").GetInt64();
            left -= removed;
            Assert.Equal(left, stage.GetProperty("kept").GetInt64());
            string name = $"{stage.GetProperty("step").GetString()}/{stage.GetProperty("stage").GetString()}";
            Assert.Contains(
                $"<td>{name}</td><td class=\"n\">{left + removed}</td><td class=\"n\">{removed}</td>", page,
                StringComparison.Ordinal);
        }

        Assert.Equal(left, funnel.GetProperty("kept").GetInt64());
    }

    /// <summary>Whatever a browser would load or run.</summary>
    [GeneratedRegex(
        "<(script|img|link|iframe|object|embed)|<[^>]*\\s(src|href|xlink:href|on[a-z]+)\\s*=|url\\(|@import",
        RegexOptions.IgnoreCase)]
    private static partial Regex Loaded();

    [GeneratedRegex("<svg ")]
    private static partial Regex Pictures();

    [GeneratedRegex("<svg [^>]*role=\"img\"[^>]*>\\n<title>[^<]+</title>")]
    private static partial Regex PicturesWithTitles();
}
