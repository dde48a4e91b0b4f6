using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public class SubstringStageTests
{
    [Fact]
    public void Apply_CutsWhatRepeats_InTheWorseDocument()
    {
        const string Shared = "the quick brown fox jumps over the lazy dog";
        Document[] documents =
        [
            StageRun.Document("a", 0, "Older: " + Shared + ". A", "2013"),
            StageRun.Document("a", 1, "Newer: " + Shared + ", B", "2023"),
            StageRun.Document("a", 2, Shared, "2020"),
        ];
        var stage = new SubstringStage(new SubstringOptions { MinBytes = 20, Survivor = SurvivorPolicy.Newest });

        Decision[] decisions = StageRun.Decide(stage, documents);

        Assert.Equal(
            ["Old. A", "Newer: " + Shared + ", B"], // "er: " is part of the longest repetition
            StageRun.Apply(stage, documents, decisions).Select(document => document.Text));
        Assert.All(decisions, decision => Assert.Equal(documents[1].Id, decision.MatchedId));
        Assert.Equal(Shared.Length, decisions.Single(d => d.Key == documents[2].Source.Key).Value);
    }

    [Fact]
    public void Apply_LeavesTheFirst_OfWhatRepeatsItself_AndWholeCharacters()
    {
        Document[] documents =
        [
            StageRun.Document("a", 0, new string('a', 1000)),
            StageRun.Document("a", 1, "x 天地玄黄宇宙洪荒 é😀 ééé 1"),
            StageRun.Document("a", 2, "y 天地玄黄宇宙洪荒 è😁 ééé 2"), // é and è begin alike, and so do the faces
        ];
        var stage = new SubstringStage(new SubstringOptions { MinBytes = 12 });

        Document[] rest = StageRun.Apply(stage, documents, StageRun.Decide(stage, documents));

        Assert.Equal([new string('a', 12), documents[1].Text, "yè😁 ééé 2"], rest.Select(document => document.Text));
    }

    /// <summary>Every byte that the definition marks, window by window, on random texts of few letters.</summary>
    [Fact]
    public void Decide_AgreesWithTheDefinition()
    {
        const int T = 8;
        var random = new CounterRandom(2);
        Document[] documents = new Document[60];
        for (int i = 0; i < documents.Length; i++)
        {
            var text = new StringBuilder();
            for (int j = random.NextInt32(60); j > 0; j--)
            {
                text.Append((char)('a' + random.NextInt32(2)));
            }

            documents[i] = StageRun.Document("a", i, text.ToString());
        }

        var stage = new SubstringStage(new SubstringOptions { MinBytes = T });
        var first = new Dictionary<string, (int Document, int Start)>();
        bool[][] lost = [.. documents.Select(document => new bool[document.Text.Length])];
        for (int d = 0; d < documents.Length; d++)
        {
            for (int start = 0; start + T <= documents[d].Text.Length; start++)
            {
                string window = documents[d].Text.Substring(start, T);
                if (!first.TryAdd(window, (d, start)))
                {
                    (int document, int at) = first[window];
                    int from = document == d ? Math.Max(start, at + T) : start;
                    lost[d].AsSpan(from, start + T - from).Fill(true);
                }
            }
        }

        Decision[] decisions = StageRun.Decide(stage, documents);

        string[] expected =
        [
            .. documents.Select((document, d) => string.Concat(document.Text.Where((_, i) => !lost[d][i])))
                .Where((text, d) => text.Length > 0),
        ];
        Assert.Equal(
            expected,
            StageRun.Apply(stage, documents.Where(d => d.Text.Length > 0), decisions).Select(d => d.Text));
        Assert.Contains(true, lost.SelectMany(bits => bits));
        Assert.Contains(false, lost.SelectMany(bits => bits));
    }

    [Fact]
    public void Decide_IsTheSame_ForAnyParts()
    {
        Document[] documents = [.. Enumerable.Range(0, 2000).Select(n => SyntheticCorpus.At(n, seed: 5))];
        var stage = new SubstringStage(new SubstringOptions { MinBytes = 40, Survivor = SurvivorPolicy.Newest });

        string[] expected = StageRun.Describe(StageRun.Decide(stage, documents, parts: 1));

        Assert.InRange(expected.Length, 300, 900);
        Assert.Equal(expected, StageRun.Describe(StageRun.Decide(stage, documents, parts: 9, seed: 1)));
    }
}
