using Puyu.Abstractions;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public sealed class MinHashIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// A, then B against the index of A, then C against both, decide what one run on all decides when A comes before B
    /// before C; and every document that goes names one that stays.
    /// </summary>
    [Theory]
    [InlineData(Verification.None)]
    [InlineData(Verification.Estimate)]
    [InlineData(Verification.Sample)]
    [InlineData(Verification.Exact)]
    public void Run_AgainstAnIndex_EqualsTheRunOnAll(Verification verify)
    {
        Document[] all = [.. Enumerable.Range(0, 4000).Select(n => SyntheticCorpus.At(n, seed: 3))];
        Document[][] dumps =
        [
            .. Enumerable.Range(0, 3).Select(dump => all.Where((_, n) => n % 3 == dump).Select(
                document => document with { Metadata = Document.NoMetadata.Add("dump", $"{3 - dump}") }).ToArray()),
        ];
        var options = new MinHashOptions
        {
            Verify = verify,
            Survivor = SurvivorPolicy.Newest,
            MemoryMegabytes = 0.125,
        };
        Decision[] expected = StageRun.Decide(new MinHashStage(options), dumps.SelectMany(dump => dump));

        var actual = new List<Decision>();
        for (int dump = 0; dump < dumps.Length; dump++)
        {
            var stage = new MinHashStage(options with
            {
                Index = [.. Enumerable.Range(0, dump).Select(i => _folder.File($"{i}"))],
                WriteIndex = _folder.File($"{dump}"),
            });
            actual.AddRange(StageRun.Decide(stage, dumps[dump], parts: dump + 1));
        }

        // Without a verification a later document may connect two survivors, which stay all the same.
        HashSet<UInt128> removed = [.. actual.Select(decision => decision.Key)];
        if (verify == Verification.None)
        {
            Assert.Subset(expected.Select(decision => decision.Key).ToHashSet(), removed);
        }
        else
        {
            Assert.Equal(
                StageRun.Describe(expected), StageRun.Describe(actual.OrderBy(decision => decision.Key)));
        }

        Assert.All(actual, decision => Assert.DoesNotContain(decision.MatchedSource.Key, removed));
        Assert.InRange(actual.Count, 400, 1500);
    }

    [Fact]
    public void Index_IsTheSame_ForAnyParts()
    {
        Document[] documents = [.. Enumerable.Range(0, 1000).Select(n => SyntheticCorpus.At(n, seed: 4))];
        string[] folders = [_folder.File("x"), _folder.File("y")];
        foreach ((int i, string folder) in folders.Index())
        {
            var stage = new MinHashStage(new MinHashOptions
            {
                Survivor = SurvivorPolicy.Longest,
                Verify = Verification.None,
                WriteIndex = folder,
            });
            StageRun.Decide(stage, documents, parts: 1 + (4 * i), seed: (ulong)i);
        }

        foreach (string file in (ReadOnlySpan<string>)["survivors", "bands", "index.json"])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(folders[0], file)), File.ReadAllBytes(Path.Combine(folders[1], file)));
        }
    }

    [Fact]
    public void Index_OfOtherOptions_OrNoIndex_OrAnExistingOne_IsAnError()
    {
        Document[] documents = [SyntheticCorpus.At(0, seed: 4)];
        var options = new MinHashOptions { WriteIndex = _folder.File("a") };
        StageRun.Decide(new MinHashStage(options), documents);
        var other = new MinHashOptions { Hashes = 64, Index = [_folder.File("a")] };

        Assert.Contains(
            "Hashes = 128", Assert.Throws<OptionsException>(
                () => StageRun.Decide(new MinHashStage(other), documents)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "has no index.json", Assert.Throws<FileNotFoundException>(() => StageRun.Decide(
                new MinHashStage(other with { Index = [_folder.Root] }), documents)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "must be a new folder", Assert.Throws<IOException>(
                () => StageRun.Decide(new MinHashStage(options), documents)).Message, StringComparison.Ordinal);
    }
}
