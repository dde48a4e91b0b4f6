using System.IO.Compression;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Html;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Html;

public class HtmlExtractorTests
{
    private const string Prose =
        "The committee met on Tuesday in the old town hall, and after three hours of debate it agreed on the budget.";

    [DataFact]
    public void Extract_FindsTheArticles_OfRealPages()
    {
        var scores = new List<(double Precision, double Recall)>();
        using JsonDocument truth = JsonDocument.Parse(File.ReadAllText(TestData.File("web", "ground-truth.json")));
        var extractor = new HtmlExtractor(new HtmlOptions());

        foreach (string path in Directory.EnumerateFiles(TestData.File("web", "html"), "*.html.gz"))
        {
            string id = Path.GetFileName(path).Replace(".html.gz", "", StringComparison.Ordinal);
            string article = truth.RootElement.GetProperty(id).GetProperty("articleBody").GetString()!;
            scores.Add(ContentScore.Of(article, extractor.Extract(Read(path)).Text));
        }

        double precision = scores.Average(score => score.Precision);
        double recall = scores.Average(score => score.Recall);
        double f1 = 2 * precision * recall / (precision + recall);
        Assert.Equal(60, scores.Count);
        Assert.True(f1 >= 0.96, FormattableString.Invariant($"precision {precision:F4}, recall {recall:F4}, F1 {f1:F4}"));
    }

    [Fact]
    public void Extract_LeavesOutApparatus()
    {
        HtmlPage page = Extract($"""
            <html><head><title>Budget agreed | The Daily Example</title></head><body>
            <nav><ul><li><a href="/">Home</a></li><li><a href="/news">All the news of the day</a></li></ul></nav>
            <div class="top-banner">{Prose} Buy now.</div>
            <div id="story"><h1>Budget agreed</h1><p>{Prose}</p>
            <div class="share-bar"><a href="#">Share on a network</a></div>
            <script>var x = "<p>not text, not at all, never</p>";</script><style>p > a</style>
            <p>{Prose} It begins in May.</p>
            <ul><li><a href="/a">Another story that is linked</a></li><li><a href="/b">One more story</a></li></ul>
            <p style="display: none">{Prose} Hidden.</p></div>
            <div class="comments"><p>{Prose} I disagree.</p></div>
            <footer><p>{Prose} All rights reserved by the publisher.</p></footer></body></html>
            """);

        Assert.Equal($"{Prose}\n\n{Prose} It begins in May.", page.Text);
        Assert.Equal("Budget agreed", page.Title);
        Assert.False(page.Facts.IsWhole);
    }

    [Fact]
    public void Extract_AppendsComments_WhereTheyAreWanted()
    {
        string html = $"<p>{Prose}</p><p>{Prose}</p><p>{Prose}</p><div id=comments><p>I disagree entirely.</p></div>";

        string without = new HtmlExtractor(new HtmlOptions()).Extract(html).Text;
        string with = new HtmlExtractor(new HtmlOptions { Comments = true }).Extract(html).Text;

        Assert.Equal(without + "\n\nI disagree entirely.", with);
    }

    [Fact]
    public void Extract_WritesMarkdown()
    {
        HtmlPage page = Extract($"""
            <article><h1>Title of the page</h1><p>{Prose}</p>
            <h2>Steps</h2><ol><li>First do this.</li><li>Then that:<ul><li>gently</li></ul></li></ol>
            <h2>Code</h2><p>Call <code>Run()</code> <b>once</b>.</p><pre><code>if (a &lt; b)
                Run();</code></pre>
            <h2>Numbers</h2><table><tr><th>Year</th><th>Sum</th></tr><tr><td>2024</td><td>12</td></tr></table>
            <blockquote><p>{Prose}</p></blockquote><h2>Empty</h2></article>
            """, HtmlOutput.Markdown);

        Assert.Equal(
            $"{Prose}\n\n## Steps\n\n1. First do this.\n2. Then that:\n  - gently\n\n## Code\n\n"
            + "Call `Run()` once.\n\n```\nif (a < b)\n    Run();\n```\n\n## Numbers\n\n"
            + $"| Year | Sum |\n| --- | --- |\n| 2024 | 12 |\n\n> {Prose}",
            page.Text);
    }

    [Theory]
    [InlineData("<meta property='article:published_time' content='2019-11-18T10:00:00Z'>", "2019-11-18")]
    [InlineData("<script type='application/ld+json'>{\"datePublished\": \"2021-02-03T04:05:06+01:00\"}</script>",
        "2021-02-03")]
    [InlineData("<meta name='date' content='20180704'>", "2018-07-04")]
    [InlineData("<meta name='date' content='yesterday'>", null)]
    public void Extract_ReadsTheDayOfPublication(string head, string? expected)
    {
        HtmlPage page = Extract($"<html lang='pt_BR'><head>{head}</head><body><p>{Prose}</p></body></html>");

        Assert.Equal(expected, page.Published);
        Assert.Equal("pt-BR", page.Language);
    }

    [Fact]
    public void Extract_TakesTheWholePage_WhenLittleIsFound()
    {
        HtmlPage page = Extract("<div><span>Opening hours</span></div><div>Monday to Friday</div>");

        Assert.Equal("Opening hours\n\nMonday to Friday", page.Text);
        Assert.True(page.Facts.IsWhole);
    }

    [Fact]
    public void Extract_DoesNotBelieveNames_WhenTheyWouldLeaveNothing()
    {
        HtmlPage page = Extract($"<div class='sidebar'><p>{Prose}</p><p>{Prose}</p><p>{Prose}</p></div>");

        Assert.Equal($"{Prose}\n\n{Prose}\n\n{Prose}", page.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<p")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("</div></p></body><html><head>")]
    [InlineData("<table><tr><td><table></div>\0")]
    [InlineData("<a href=\"")]
    public void Extract_ReadsWhateverIsBroken(string html) => Assert.NotNull(Extract(html).Text);

    /// <summary>
    /// Ten megabytes each, made to be quadratic in a parser by the standard. A minute is far above what they take
    /// (docs/data-html.md) and far below what a quadratic parser would; the stack of 256 KiB is no place to recurse.
    /// </summary>
    [Theory]
    [InlineData("<div>x")]
    [InlineData("<b>x<p>")]
    [InlineData("<div><table></div>x")]
    [InlineData("<table><tr><td>x")]
    [InlineData("<ul><li>x")]
    [InlineData("a<tr>")]
    [InlineData("<a href=\"")]
    [InlineData("<svg>x")]
    [InlineData("<")]
    public void Extract_IsLinear_OnPagesMadeAgainstIt(string unit)
    {
        string html = string.Concat(Enumerable.Repeat(unit, 10_000_000 / unit.Length));
        HtmlPage? page = null;
        var thread = new Thread(() => page = Extract(html), maxStackSize: 256 * 1024) { IsBackground = true };

        thread.Start();

        Assert.True(thread.Join(TimeSpan.FromMinutes(1)), unit);
        Assert.NotNull(page);
    }

    [Fact]
    public void Extract_CopiesNoFormatting_IntoEveryParagraph()
    {
        string html = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"<code class=c{i}>x</p><p>"));

        HtmlPage page = Extract(html);

        Assert.True(page.Facts.IsWhole);
        Assert.Equal(200_000, page.Text.Count(c => c == 'x'));
    }

    [Fact]
    public void Options_NameWhatIsWrong()
    {
        var problem = Assert.Throws<OptionsException>(() => new HtmlExtractor(new HtmlOptions { MaximumDepth = 3 }));

        Assert.Equal("HtmlOptions: MaximumDepth is 3 but must lie in [16, 4096]", problem.Message);
    }

    [Fact]
    public void Stage_MeasuresAndNotes()
    {
        var stage = new HtmlStage(new HtmlOptions());
        float[] values = new float[stage.Measures.Count];

        Document document = stage.Apply(
            new Document("1", $"<html lang=en><title>Budget agreed</title><p>{Prose}</p><p>{Prose}</p></html>"),
            values).Document;

        Assert.Equal($"{Prose}\n\n{Prose}", document.Text);
        Assert.Equal("Budget agreed", document.Metadata["title"]);
        Assert.Equal("en", document.Metadata["html-language"]);
        Assert.Equal(document.Text.Length, values[0]);
        Assert.Equal(0, values[1]);
        Assert.Equal(2, values[3]);
    }

    [Fact]
    public void Recipes_NameTheStageAndItsOptions()
    {
        RecipeContext context = new("/", "steps[0].stages[0]", seed: 0, warn: _ => { });
        StageFactory factory = Assert.Single(HtmlStages.All);
        float[] values = new float[5];

        var stage = (HtmlStage)factory.Create(JsonElement.Parse("{\"output\": \"markdown\"}"), context);

        Assert.Equal($"> {Prose}", stage.Apply(new Document("1", $"<blockquote>{Prose}</blockquote>"), values).Document.Text);
        var problem = Assert.Throws<InvalidDataException>(() => factory.Create(JsonElement.Parse("{\"outputs\": 1}"), context));
        Assert.Contains("outputs", problem.Message, StringComparison.Ordinal);
    }

    private static HtmlPage Extract(string html, HtmlOutput output = HtmlOutput.Text) =>
        new HtmlExtractor(new HtmlOptions { Output = output }).Extract(html);

    private static string Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
