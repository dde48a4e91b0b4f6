using Puyu.Abstractions;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public class ExactStageTests
{
    private static readonly string[] _texts = ["One two.", "one, TWO", "One two.", "...", "!!!", "..."];

    [Theory]
    [InlineData(ExactText.Words, new[] { "a@0", "a@300", "a@400" })]
    [InlineData(ExactText.Characters, new[] { "a@0", "a@100", "a@300", "a@400" })]
    public void Decide_ComparesWordsOrCharacters(ExactText text, string[] kept)
    {
        Document[] documents =
        [
            .. _texts.Select((content, i) => StageRun.Document("a", i, content)),
        ];
        var stage = new ExactStage(new ExactOptions { Text = text });

        Decision[] decisions = StageRun.Decide(stage, documents);

        Assert.Equal(kept, StageRun.Apply(stage, documents, decisions).Select(document => document.Id));
        Assert.All(decisions, decision => Assert.Equal(("exact-duplicate", 1f), (decision.Rule, decision.Value)));
    }

    [Fact]
    public void Decide_AgreesWithGrouping_InLittleMemory()
    {
        var random = new CounterRandom(1);
        Document[] documents =
        [
            .. Enumerable.Range(0, 20_000).Select(i => StageRun.Document(
                "a", i, $"text {random.NextInt32(8000)}", $"{random.NextInt32(5)}")),
        ];
        var stage = new ExactStage(new ExactOptions { Survivor = SurvivorPolicy.Newest, MemoryMegabytes = 0.0625 });

        Decision[] decisions = StageRun.Decide(stage, documents, parts: 7);

        Document[] best =
        [
            .. documents.GroupBy(document => document.Text).Select(group => group
                .OrderByDescending(document => document.Metadata["dump"], StringComparer.Ordinal)
                .ThenBy(document => document.Source.Key).First()),
        ];
        Assert.Equal(
            best.Select(document => document.Id).Order(StringComparer.Ordinal),
            StageRun.Apply(stage, documents, decisions).Select(document => document.Id).Order(StringComparer.Ordinal));
        Assert.Equal(20_000 - best.Length, decisions.Length);
        Assert.Equal(
            documents.GroupBy(document => document.Text).Where(group => group.Count() > 1).ToDictionary(
                group => best.Single(document => document.Text == group.Key).Id, group => group.Count() - 1),
            decisions.CountBy(decision => decision.MatchedId!).ToDictionary());
    }
}
