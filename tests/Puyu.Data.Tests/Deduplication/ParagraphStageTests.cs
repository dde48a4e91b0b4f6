using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public class ParagraphStageTests
{
    [Fact]
    public void Apply_CutsRepeatedParagraphs_InAllButTheBestDocument()
    {
        Document[] documents =
        [
            StageRun.Document("a", 0, "Home | About\n\nA story.\nAccept all cookies!", "2013"),
            StageRun.Document("a", 1, "home about\nAnother story.\nOnce.\nOnce.\n", "2023"),
            StageRun.Document("a", 2, "Accept all cookies.\n", "2020"),
        ];
        var stage = new ParagraphStage(new ParagraphOptions { Survivor = SurvivorPolicy.Newest });

        Decision[] decisions = StageRun.Decide(stage, documents);

        Assert.Equal(
            ["\nA story.\n", "home about\nAnother story.\nOnce.\n", "Accept all cookies.\n"],
            StageRun.Apply(stage, documents, decisions).Select(document => document.Text));
        Decision decision = decisions.Single(decision => decision.Key == documents[0].Source.Key);
        Assert.Equal(("repeated-paragraphs", 32f, documents[1].Id), (
            decision.Rule, decision.Value, decision.MatchedId));
    }

    [Fact]
    public void Apply_CutsThreeSentencesInARow_AsC4Does_AndDropsWhatIsTooShort()
    {
        const string Three = "It is late. “Go home!” 他说。";
        Document[] documents =
        [
            StageRun.Document("a", 0, "First. " + Three + "Then all was quiet. And so on."),
            StageRun.Document("a", 1, "Second. " + Three + "Nobody came. Nothing was said. All slept."),
            StageRun.Document("a", 2, "Short one. " + Three),
            StageRun.Document("a", 3, "It is late. Version 1.5 of it. 他说。"),
        ];
        var stage = new ParagraphStage(new ParagraphOptions
        {
            Unit = TextUnit.Sentences,
            Window = 3,
            MinDocumentWords = 4,
        });

        Decision[] decisions = StageRun.Decide(stage, documents);

        Assert.Equal(
            [documents[0].Text, "Second. Nobody came. Nothing was said. All slept.", documents[3].Text],
            StageRun.Apply(stage, documents, decisions).Select(document => document.Text));
    }

    [Fact]
    public void Apply_LeavesTheFirst_OfWindowsThatOverlap()
    {
        Document[] documents = [StageRun.Document("a", 0, "No. No. No. No. No. No. No. Yes.")];
        var stage = new ParagraphStage(new ParagraphOptions { Unit = TextUnit.Sentences, Window = 3 });

        Document rest = Assert.Single(StageRun.Apply(stage, documents, StageRun.Decide(stage, documents)));

        Assert.Equal("No. No. No. Yes.", rest.Text);
    }

    [Fact]
    public void Decide_SparesShortParagraphs_AndIsTheSameForAnyPartsAndMemory()
    {
        Document[] documents =
        [
            .. Enumerable.Range(0, 3000).Select(n => SyntheticCorpus.At(n, seed: 6)).Select(document => document with
            {
                Text = "Chapter 1\n" + document.Text[..60] + "\n" + document.Text[60..],
            }),
        ];
        var options = new ParagraphOptions { MinSpanWords = 3, Survivor = SurvivorPolicy.Newest };

        Decision[] decisions = StageRun.Decide(new ParagraphStage(options), documents, parts: 1);

        Assert.InRange(decisions.Length, 300, 1500);
        Assert.All(
            StageRun.Apply(new ParagraphStage(options), documents, decisions),
            document => Assert.StartsWith("Chapter 1", document.Text, StringComparison.Ordinal));
        Assert.Equal(StageRun.Describe(decisions), StageRun.Describe(StageRun.Decide(
            new ParagraphStage(options with { MemoryMegabytes = 0.0625 }), documents, parts: 8, seed: 1)));
    }

    [Fact]
    public void Apply_MovesSpans_AndDropsThoseThatLoseText()
    {
        var document = new Document("x", "0123456789")
        {
            Spans = [new TextSpan(0, 2, "a"), new TextSpan(3, 3, "b"), new TextSpan(8, 2, "c")],
        };

        Document cut = TextCuts.Apply(document, TextCuts.Encode([(2, 1), (5, 2)]));

        Assert.Equal("0134789", cut.Text);
        Assert.Equal([new TextSpan(0, 2, "a"), new TextSpan(5, 2, "c")], cut.Spans.ToArray());
    }
}
