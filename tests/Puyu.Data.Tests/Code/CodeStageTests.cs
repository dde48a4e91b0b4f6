using System.Collections.Immutable;
using System.Text.Json;
using Puyu.Data.Code;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Code;

public class CodeStageTests
{
    private const string TwoSpaces = "def f(x):\n  if x:\n    return 1\n  return 2\n\n\nclass A:\n  pass\n";

    [Fact]
    public void Fingerprint_DoesNotSeeIndentation()
    {
        string four = TwoSpaces.Replace("  ", "    ", StringComparison.Ordinal);
        string tabs = TwoSpaces.Replace("  ", "\t", StringComparison.Ordinal).Replace("\n", " \r\n", StringComparison.Ordinal);
        string other = TwoSpaces.Replace("    return 1", "  return 1", StringComparison.Ordinal);

        Assert.Equal(CodeFingerprint.Of(TwoSpaces), CodeFingerprint.Of(four));
        Assert.Equal(CodeFingerprint.Of(TwoSpaces), CodeFingerprint.Of(tabs));
        Assert.NotEqual(CodeFingerprint.Of(TwoSpaces), CodeFingerprint.Of(other));
    }

    [Fact]
    public void CodeExact_KeepsOneOfEach_HoweverPartsAreCut()
    {
        Document[] documents =
        [
            File("r", "a.py", TwoSpaces), File("r", "b.py", TwoSpaces.Replace("  ", "\t", StringComparison.Ordinal)),
            File("r", "c.py", "x = 1"), File("s", "d.py", TwoSpaces),
        ];

        Document[] whole = Run(new CodeExactStage(), documents);
        Document[] cut = Run(new CodeExactStage(), [documents[3]], [documents[1], documents[0]], [documents[2]]);

        Assert.Equal(2, whole.Length);
        Assert.Equal(whole.Select(document => document.Id), cut.Select(document => document.Id));
    }

    [Fact]
    public void Repository_BecomesOneText_InTheOrderOfDependencies()
    {
        Document[] documents =
        [
            File("one", "main.py", "import util\n"), File("one", "util.py", "x = 1\n"), File("one", "README.md", "Hello."),
            File("two", "only.c", "int a;"), new("loose", "prose"),
        ];

        Document[] whole = Run(new RepositoryStage(new RepositoryOptions()), documents);
        Document[] cut = Run(
            new RepositoryStage(new RepositoryOptions()), [documents[1], documents[3]], [documents[4]],
            [documents[2], documents[0]]);

        Assert.Equal(3, whole.Length);
        Assert.Equal(
            whole.Select(document => document.Text).Order(StringComparer.Ordinal),
            cut.Select(document => document.Text).Order(StringComparer.Ordinal));
        Document one = Assert.Single(whole, document => document.Metadata.GetValueOrDefault("repository") == "one");
        Assert.Equal(
            "## README.md\n\nHello.\n\n## util.py\n\n```python\nx = 1\n```\n\n## main.py\n\n```python\nimport util\n```\n",
            one.Text);
        Assert.Equal("3", one.Metadata["files"]);
        Assert.Contains(whole, document => document.Text == "prose");
    }

    [Fact]
    public void Repository_KeepsToTheTokenLimit_AndReportsCycles()
    {
        Document[] documents = [.. Enumerable.Range(0, 20).Select(i =>
            File("r", $"f{i:d2}.py", $"import f{(i + 1) % 20:d2}\n" + new string('x', 100)))];

        Document[] packed = Run(new RepositoryStage(new RepositoryOptions { TokenLimit = 100 }), documents);

        Assert.Equal(20, packed.Sum(document => int.Parse(document.Metadata["files"], null)));
        Assert.All(packed, document => Assert.True(CodePacker.CountRoughly(document.Text) <= 100));
        Assert.All(packed, document => Assert.StartsWith("f00.py, f01.py", document.Metadata["cycles"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.py", "x = 1\n# why\ny = 2\nprint('hello world')\n", "lines")]
    [InlineData("a.cs", "// c\n//\n//\n//\n//\n//\n//\n//\n//\n//\n", "alphabetic-share")]
    [InlineData("a.xml", "<?xml version='1.0'?><a>some text in it</a>", "xml-header")]
    [InlineData("a.xslt", "<?xml version='1.0'?><a>some text in it</a>", null)]
    [InlineData("a.json", "{\"name\": \"value\"}", "data-chars")]
    [InlineData("a.html", "<p class='very-long-class-name another-class'>Hello</p>", "html-visible-share")]
    [InlineData("a.zig", "1", null)]
    public void Quality_NamesTheRule(string path, string text, string? expected)
    {
        var stage = new CodeQualityStage();
        float[] values = new float[stage.Measures.Count];

        _ = stage.Apply(File("r", path, text), values);

        Assert.Equal(expected, stage.Measures.Index()
            .FirstOrDefault(measure => !measure.Item.Admits(values[measure.Index])).Item?.Name);
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, "line-length-mean")]
    public void Quality_BoundsLines(int length, string? expected)
    {
        string line = "# " + new string('a', length - 2);
        string text = string.Join('\n', Enumerable.Repeat(line, 5).Concat(Enumerable.Repeat(new string('b', length), 5)));
        var stage = new CodeQualityStage();
        float[] values = new float[stage.Measures.Count];

        _ = stage.Apply(File("r", "a.py", text), values);

        Assert.Equal(expected, stage.Measures.Index()
            .FirstOrDefault(measure => !measure.Item.Admits(values[measure.Index])).Item?.Name);
        Assert.Equal(0.5, values[5], tolerance: 0.02);
    }

    [DataFact]
    public void Recipes_CountTokensByATokenizer_IfTheyNameOne()
    {
        RecipeContext context = new(
            TestData.File("tokenizers"), "steps[0].stages[0]", seed: 0, warn: _ => { });
        StageFactory factory = Assert.Single(CodeStages.All, stage => stage.Name == "repository");
        Document[] documents = [.. Enumerable.Range(0, 8).Select(i => // numbers: about two digits a token
            File("r", $"{i}.md", string.Concat(Enumerable.Range(0, 90).Select(digit => digit * 7 % 10))))];

        Document[] roughly = Run((ICorpusStage)factory.Create(
            JsonElement.Parse("{\"tokenLimit\": 210}"), context), documents);
        Document[] exactly = Run((ICorpusStage)factory.Create(
            JsonElement.Parse("{\"tokenLimit\": 210, \"tokenizer\": \"internlm2.model\"}"), context), documents);

        Assert.Single(roughly); // 8 times 101 bytes, a quarter of it rounded up
        Assert.InRange(exactly.Length, 2, 4);
        Assert.Equal([TestData.File("tokenizers", "internlm2.model")], context.Inputs);
    }

    private static Document File(string repository, string path, string text) => new($"{repository}/{path}", text)
    {
        Source = new DocumentSource($"{repository}/{path}", 0, 0),
        Metadata = ImmutableSortedDictionary<string, string>.Empty.Add("repository", repository).Add("path", path),
    };

    /// <summary>Runs a stage over parts as the pipeline does.</summary>
    private static Document[] Run(ICorpusStage stage, params Document[][] parts)
    {
        using var folder = new TemporaryFolder();
        var summaries = new List<string>();
        foreach (Document[] part in parts)
        {
            summaries.Add(folder.File($"summary{summaries.Count}"));
            using FileStream summary = System.IO.File.Create(summaries[^1]);
            stage.Summarize(part, summary);
        }

        Directory.CreateDirectory(folder.File("work"));
        List<Decision> decisions = [.. stage.Decide(summaries, folder.File("work"))];
        Assert.Equal(decisions.Select(decision => decision.Key).Order(), decisions.Select(decision => decision.Key));
        Dictionary<UInt128, Decision> byKey = decisions.ToDictionary(decision => decision.Key);
        return [.. parts.SelectMany(part => part)
            .Select(document => byKey.TryGetValue(document.Source.Key, out Decision? decision)
                ? stage.Apply(document, decision) : document)
            .OfType<Document>().OrderBy(document => document.Source.Key)];
    }
}
