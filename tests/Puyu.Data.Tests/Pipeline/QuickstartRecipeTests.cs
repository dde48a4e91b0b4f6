using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Data.Audit;
using Puyu.Data.Deduplication;
using Puyu.Data.Documentation;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

/// <summary>The recipe of the quickstart, on invented documents and on the documentation that the SDK has.</summary>
public sealed class QuickstartRecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_CountsWhatEachStageLeaves_ForAllFormats()
    {
        Write("a.xml", "<doc><member name=\"T:Silent\"/>" + string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"<member name=\"T:A.T{i}\"><summary>The thing numbered {i % 30}.</summary></member>")) + "</doc>");
        Write("b.txt", "Some text.");
        Write("sub/c.md", "  ");
        Write("sub/d.jsonl", "{\"text\":\"some TEXT\"}\n\n{\"text\":\"more\",\"x\":1}\n{\"text\":\"\"}\n{");
        Write("e.txt", "stlr x0, [x1], #16\nldr w2, [x3, #4]!\nb.ne 1f");
        Write("ignored.dat", "x");

        PipelineRun run = Run(["*.xml", "*.txt", "sub/*.md", "sub/*.jsonl"]);

        using LedgerDatabase ledger = LedgerDatabase.Open(_folder.File("run"));
        LedgerFunnel funnel = ledger.Funnel();
        Assert.Equal((41 + 2 + 1 + 3, 1), (funnel.Documents, funnel.Quarantined));
        Assert.Equal(
            [("normalize", 0L), ("size", 3), ("gopher-quality", 1), ("exact", 11), ("minhash", 0), ("heading", 0)],
            funnel.Stages.Select(stage => (stage.Stage, stage.Removed)));
        Assert.Equal(5, run.SourceFiles.Count);
        string[] texts = [.. run.Documents.Select(document => document.Text)];
        Assert.Equal("type A.T0\nThe thing numbered 0.", texts[0]);
        Assert.Equal(["Some text.", "more"], texts[^2..]);
        Assert.Equal(funnel.Kept, texts.Length);
    }

    [Fact]
    public void Run_GivesTheSame_ForEveryNumberOfThreads()
    {
        for (int file = 0; file < 6; file++)
        {
            Write($"{file}.xml", "<doc>" + string.Concat(Enumerable.Range(0, 4000).Select(i =>
                $"<member name=\"M:A{file}.T.M{i}\">"
                + $"<summary>Does thing{i * 7919 % 6000} with {Numbered(i % 50, 40)}.</summary>"
                + $"<param name=\"x\">The key{i % 40}.</param></member>")) + "</doc>");
        }

        string one = Describe(Run(["*.xml"], threads: 1, folder: "one"));
        string four = Describe(Run(["*.xml"], threads: 4, folder: "four"));

        Assert.Equal(one, four);
        Assert.Contains("method A0.T.M0()\nDoes thing0 with word0 word1 ", one, StringComparison.Ordinal);
    }

    /// <summary>The SDK that runs these tests has reference packs, so the real corpus can be made.</summary>
    [Fact]
    public void Run_OnTheReferencePacks_LeavesACorpusWhoseHeldOutPartsAreNotInTraining()
    {
        PipelineRun run = Run([.. ReferencePacks.Find().Select(pack => pack.Replace('\\', '/') + "/*.xml")]);
        using LedgerDatabase ledger = LedgerDatabase.Open(_folder.File("run"));
        LedgerFunnel funnel = ledger.Funnel();
        Document[] documents = [.. run.Documents];

        Corpus corpus = Corpus.Divide(
            documents, new DivisionOptions { Seed = 1 }.Validated(), CancellationToken.None);

        Assert.InRange(funnel.Documents, 100_000, long.MaxValue);
        Assert.All(funnel.Stages.Where(stage => stage.Stage is "size" or "exact" or "minhash" or "gopher-quality"),
            stage => Assert.InRange(stage.Removed, 1000, stage.Documents * 6 / 10));
        Assert.Equal(0, funnel.Quarantined);
        Assert.InRange((double)corpus.HeldOut.Count / documents.Length, 0.015, 0.025);
        Assert.InRange(corpus.HeldOutNamespace.Count, 300, 2000);
        AssertNothingLeaks(
            [.. corpus.Training.Select(document => DocumentedMember.Of(document)!)],
            [.. corpus.HeldOut.Concat(corpus.HeldOutNamespace).Select(document => DocumentedMember.Of(document)!)]);
        Document trim = documents.Single(document => document.Id == "M:System.String.Trim(System.Char)");
        Assert.StartsWith(
            "method System.String.Trim(Char)\nRemoves all leading and trailing instances of a character from ",
            trim.Text, StringComparison.Ordinal);
    }

    /// <summary>No family, no equal words, and no resemblance from 0.8 on, of bodies and of summaries.</summary>
    private static void AssertNothingLeaks(DocumentedMember[] training, DocumentedMember[] heldOut)
    {
        HashSet<string> families = [.. training.Select(member => member.Name)];
        Assert.DoesNotContain(heldOut, member => families.Contains(member.Name));
        foreach (Func<DocumentedMember, string> part in
            (Func<DocumentedMember, string>[])[member => member.Summary, member => member.Body])
        {
            HashSet<UInt128> known = [.. training.Select(member => WordsOf(part(member)))];
            Assert.DoesNotContain(heldOut, member => known.Contains(WordsOf(part(member))));
            Assert.DoesNotContain(true, Resemblance.Find(
                [.. heldOut.Select(part)], [.. training.Select(part)], new DeduplicationOptions(),
                CancellationToken.None));
        }
    }

    private static UInt128 WordsOf(string text)
    {
        var words = new List<ulong>();
        Words.Hash(text, words);
        return Words.Fingerprint(words);
    }

    private static string Numbered(int first, int count) =>
        string.Join(' ', Enumerable.Range(first, count).Select(i => $"word{i}"));

    private static string Describe(PipelineRun run) => string.Join('\n', run.Documents.Select(
        document => $"{document.Id}|{document.Text}|{document.Source}"));

    private PipelineRun Run(string[] sources, int threads = 2, string folder = "run")
    {
        JsonNode recipe = JsonNode.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "recipes", "quickstart-docs.json")),
            documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!;
        recipe["sources"] = new JsonArray([.. sources.Select(source => new JsonObject { ["path"] = source })]);
        recipe["partMegabytes"] = sources.Length == 1 ? 1 : 8;
        File.WriteAllText(_folder.File("recipe.json"), recipe.ToJsonString());
        var run = PipelineRun.Create(
            Recipe.Load(_folder.File("recipe.json"), StageCatalog.BuiltIn, warning => Assert.Fail(warning)),
            _folder.File(folder), CancellationToken.None);
        run.Run(threads, null, CancellationToken.None);
        return run;
    }

    private void Write(string name, string text)
    {
        string path = _folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
