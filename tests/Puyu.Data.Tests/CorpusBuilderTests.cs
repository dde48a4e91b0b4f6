using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests;

public sealed class CorpusBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Build_CountsWhatEachStageLeaves()
    {
        Write("a.xml", Documentation(
            Enumerable.Range(0, 40).Select(i => ($"T:A.T{i}", $"The thing numbered {i % 30}."))));
        Write("b.txt", "Some text.");
        Write("sub/c.md", "  ");
        Write("sub/d.jsonl", "{\"text\":\"some TEXT\"}\n\n{\"text\":\"more\",\"x\":1}\n{\"text\":\"\"}\n");
        Write("ignored.dat", "x");

        Corpus corpus = Build(new CorpusOptions { HeldOutShare = 0 });

        Assert.Equal(
            new CorpusFunnel
            {
                Files = 4,
                Read = 40 + 1 + 1 + 3,
                WithText = 40 + 1 + 2,
                ExactDuplicates = 11,
                NearDuplicates = 0,
                Kept = 32,
                KeptBytes = corpus.Training.Sum(document => document.CountBytes()),
                Training = 32,
                HeldOut = 0,
                HeldOutNamespace = 0,
                SetAside = 0,
            },
            corpus.Funnel);
        Assert.Equal("T:A.T0", corpus.Training[0].Id);
        Assert.Equal(_folder.File("sub", "d.jsonl") + ":3", corpus.Training[^1].Id);
    }

    [Fact]
    public void Build_KeepsRelatedMembersTogether_AndHoldsOutTheNamespace()
    {
        // Eight overloads a method; then eight types that share a summary, every other eight in the namespace.
        Write("a.xml", Documentation(Enumerable.Range(0, 1600).Select(i => i < 800
            ? ($"M:A.T.M{i / 8}(T{i})", $"Overload {i} of its family.")
            : ($"M:A.{(i % 16 < 8 ? "Out" : "In")}.T{i}.P", $"Says {i / 8}.|Returns {i}."))));

        Corpus corpus = Build(new CorpusOptions { HeldOutShare = 0.2, HeldOutNamespace = "A.Out" });

        string[] training = [.. corpus.Training.Select(GroupOf)];
        Assert.Empty(corpus.HeldOut.Select(GroupOf).Intersect(training));
        Assert.Empty(corpus.HeldOutNamespace.Select(GroupOf).Intersect(training));
        Assert.All(corpus.HeldOutNamespace, document => Assert.Equal("A.Out", document.Member!.Container));
        Assert.Equal(400, corpus.HeldOutNamespace.Count);

        // 150 other groups of eight, each held out with probability 0.2: within 5 deviations of 30.
        Assert.InRange(corpus.HeldOut.Count / 8, 30 - 25, 30 + 25);
        Assert.Equal(0, corpus.HeldOut.Count % 8);
    }

    [Fact]
    public void Build_SetsAside_WhatTheHeldOutNamespaceSharesWithTraining()
    {
        Write("a.xml", Documentation(
        [
            ("M:A.In.T.F", "The shared summary.|One."),
            ("M:A.Out.T.G", "The shared summary.|Two."),
            ("M:A.Out.T.H", "Its own summary."),
            ("M:A.Outer.T.I", "A name that begins alike."),
        ]));

        Corpus corpus = Build(new CorpusOptions { HeldOutShare = 0, HeldOutNamespace = "A.Out" });

        Assert.Equal(["M:A.In.T.F", "M:A.Outer.T.I"], corpus.Training.Select(document => document.Id));
        Assert.Equal(["M:A.Out.T.H"], corpus.HeldOutNamespace.Select(document => document.Id));
        Assert.Equal(1, corpus.Funnel.SetAside);
    }

    [Fact]
    public void Build_SaysWhereAFileIsMalformed()
    {
        Write("a.jsonl", "{\"text\":\"x\"}\n{\"txt\":1}");
        Assert.Contains("a.jsonl(2): the line must be an object", Message(), StringComparison.Ordinal);

        Write("a.jsonl", "{\"text\":\"x\"}\n{");
        Assert.Contains("a.jsonl(2): not JSON", Message(), StringComparison.Ordinal);

        File.WriteAllBytes(_folder.File("a.jsonl"), [0xFF]);
        Assert.Contains("a.jsonl is not UTF-8", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_SaysSo_WhenThereIsNothing()
    {
        Assert.Contains("has no .xml, .txt, .md or .jsonl file", Message(), StringComparison.Ordinal);

        Write("a.txt", " ");
        Assert.Contains("none has any text", Message(), StringComparison.Ordinal);

        var missing = new CorpusOptions { Folder = _folder.File("missing") };
        Assert.Throws<DirectoryNotFoundException>(() => CorpusBuilder.Build(missing, CancellationToken.None));
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new CorpusOptions { HeldOutShare = 1, Folder = "" };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.Contains("HeldOutShare is 1", message, StringComparison.Ordinal);
        Assert.Contains("Folder is", message, StringComparison.Ordinal);
    }

    /// <summary>The SDK that runs these tests has reference packs, so the main corpus can be built for real.</summary>
    [Fact]
    public void Build_ReadsTheReferencePacks()
    {
        Corpus corpus = CorpusBuilder.Build(new CorpusOptions { Seed = 1 }.Validated(), CancellationToken.None);
        CorpusFunnel funnel = corpus.Funnel;

        Assert.InRange(funnel.WithText, 100_000, funnel.Read);
        Assert.Equal(funnel.WithText, funnel.ExactDuplicates + funnel.NearDuplicates + funnel.Kept);
        Assert.Equal(funnel.Kept, funnel.Training + funnel.HeldOut + funnel.HeldOutNamespace + funnel.SetAside);
        Assert.InRange((double)funnel.HeldOut / funnel.Kept, 0.015, 0.025);
        Assert.InRange(funnel.HeldOutNamespace, 300, 2000);
        HashSet<string> summaries = [.. corpus.Training.Select(document => document.Member!.Summary)];
        HashSet<string> families = [.. corpus.Training.Select(document => document.Member!.Name)];
        Assert.All(
            corpus.HeldOut.Concat(corpus.HeldOutNamespace).Select(document => document.Member!),
            member => Assert.False(summaries.Contains(member.Summary) || families.Contains(member.Name), member.Id));
        Assert.DoesNotContain(true, Resemblance.Find(
            [.. corpus.HeldOut.Concat(corpus.HeldOutNamespace).Select(document => document.Member!.Summary)],
            [.. summaries], new DeduplicationOptions(), CancellationToken.None));
        Document trim = corpus.Training.Concat(corpus.HeldOut).Single(
            document => document.Id == "M:System.String.Trim(System.Char)");
        Assert.StartsWith(
            "method System.String.Trim(Char)\nRemoves all leading and trailing instances of a character from ",
            trim.Text, StringComparison.Ordinal);
    }

    /// <summary>What overloads, or members with the same summary, have in common.</summary>
    private static string GroupOf(Document document) =>
        document.Member!.Summary.StartsWith("Says", StringComparison.Ordinal)
            ? document.Member.Summary
            : document.Member.Name;

    private static string Documentation(IEnumerable<(string Id, string Summary)> members) =>
        "<doc><members>" + string.Concat(members.Select(Member)) + "</members></doc>";

    /// <summary>What follows a bar in the summary is what the member returns.</summary>
    private static string Member((string Id, string Summary) member) =>
        $"<member name=\"{member.Id}\"><summary>{member.Summary.Split('|')[0]}</summary>"
        + $"<returns>{member.Summary.Split('|').ElementAtOrDefault(1)}</returns></member>";

    private void Write(string name, string text)
    {
        string path = _folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Corpus Build(CorpusOptions options) =>
        CorpusBuilder.Build((options with { Folder = _folder.Root }).Validated(), CancellationToken.None);

    private string Message() => Assert.Throws<InvalidDataException>(() => Build(new CorpusOptions())).Message;
}
