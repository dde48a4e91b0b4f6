using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

/// <summary>
/// The stage against the exact Jaccard similarity of all pairs, on real text: War and Peace in two encodings, Tang and
/// Song poems, and copies of both with words changed.
/// </summary>
public class DuplicateOracleTests
{
    private const int MinWords = 40; // of a paragraph

    [DataTheory]
    [InlineData(Verification.Exact)]
    [InlineData(Verification.Sample)]
    [InlineData(Verification.Estimate)]
    public void Decide_FindsWhatTheOracleFinds(Verification verify)
    {
        Document[] documents = Corpus();
        var options = new MinHashOptions { Verify = verify };

        Decision[] decisions = StageRun.Decide(new MinHashStage(options), documents, parts: 4);

        var byKey = documents.Select((document, i) => (document.Source.Key, i)).ToDictionary(p => p.Key, p => p.i);
        HashSet<int> removed = [.. decisions.Select(decision => byKey[decision.Key])];
        List<(int A, int B)> similar = AllPairs(documents, 0.85);
        int found = similar.Count(pair => removed.Contains(pair.A) || removed.Contains(pair.B));
        Assert.InRange(similar.Count, 3000, int.MaxValue);
        Assert.InRange((double)found / similar.Count, 0.95, 1);

        // A document that goes is a false alarm if it is less similar to the one that stays than the threshold; for the
        // estimate, less by more than three standard errors: 3 √(0.7 · 0.3/128) = 0.12.
        double least = verify == Verification.Estimate ? 0.7 - 0.12 : 0.7;
        int right = decisions.Count(decision => Jaccard(
            ShinglesOf(documents[byKey[decision.Key]]), ShinglesOf(documents[byKey[decision.MatchedSource.Key]]))
            >= least);
        Assert.InRange(decisions.Length, 3000, documents.Length);
        Assert.InRange(
            (double)right / decisions.Length,
            verify switch { Verification.Exact => 1, Verification.Sample => 0.999, _ => 0.99 }, 1);
    }

    private static Document[] Corpus()
    {
        var texts = new List<string>();
        foreach (string file in (ReadOnlySpan<string>)["war_and_peace_ascii.txt", "war_and_peace_utf8.txt"])
        {
            texts.AddRange(File.ReadAllText(TestData.File("corpora", file)).ReplaceLineEndings("\n").Split("\n\n")
                .Where(paragraph => paragraph.Count(char.IsWhiteSpace) >= MinWords));
        }

        foreach (string file in (ReadOnlySpan<string>)["poet.tang.0.json", "tang300.json", "songci300.json"])
        {
            using JsonDocument poems = JsonDocument.Parse(File.ReadAllBytes(TestData.File("corpora", file)));
            texts.AddRange(poems.RootElement.EnumerateArray().Select(poem => string.Concat(
                poem.GetProperty("paragraphs").EnumerateArray().Select(line => line.GetString()))));
        }

        var random = new CounterRandom(1);
        int originals = texts.Count;
        for (int i = 0; i < originals; i += 2)
        {
            texts.Add(Mutate(texts[i], ref random));
        }

        return [.. texts.Select((text, i) => StageRun.Document($"file-{i % 5}", i, text))];
    }

    /// <summary>Replaces a few characters at random places, up to one in sixty; each spoils up to five shingles.</summary>
    private static string Mutate(string text, ref CounterRandom random)
    {
        char[] mutated = text.ToCharArray();
        for (int changes = random.NextInt32(1 + (text.Length / 60)); changes > 0; changes--)
        {
            mutated[random.NextInt32(text.Length)] = '变';
        }

        return new string(mutated);
    }

    /// <summary>All pairs that reach a similarity, by counting common shingles.</summary>
    private static List<(int A, int B)> AllPairs(Document[] documents, double threshold)
    {
        var having = new Dictionary<ulong, List<int>>();
        int[] sizes = new int[documents.Length];
        var pairs = new List<(int, int)>();
        var common = new Dictionary<int, int>();
        for (int b = 0; b < documents.Length; b++)
        {
            HashSet<ulong> shingles = ShinglesOf(documents[b]);
            sizes[b] = shingles.Count;
            common.Clear();
            foreach (ulong shingle in shingles)
            {
                if (!having.TryGetValue(shingle, out List<int>? others))
                {
                    having[shingle] = others = [];
                }

                foreach (int a in others)
                {
                    common[a] = common.GetValueOrDefault(a) + 1;
                }

                others.Add(b);
            }

            pairs.AddRange(common.Where(pair =>
                pair.Value >= threshold * (sizes[pair.Key] + sizes[b] - pair.Value)).Select(pair => (pair.Key, b)));
        }

        return pairs;
    }

    private static HashSet<ulong> ShinglesOf(Document document)
    {
        var shingles = new HashSet<ulong>();
        Shingles.Of(document.Text, 5, [], shingles);
        return shingles;
    }

    private static double Jaccard(HashSet<ulong> a, HashSet<ulong> b)
    {
        int common = a.Count(b.Contains);
        return (double)common / (a.Count + b.Count - common);
    }
}
