using System.Globalization;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Rules;

/// <summary>Each published bound, at the nearest values on either side and at the bound itself, which stays.</summary>
public class ThresholdTests
{
    public static TheoryData<string, string> Bounds
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string stage, string measure) in Cases.Keys)
            {
                data.Add(stage, measure);
            }

            return data;
        }
    }

    private static Dictionary<string, IStage> Stages { get; } = new(StringComparer.Ordinal)
    {
        ["quality"] = new GopherQualityStage(new GopherQualityOptions()),
        ["quality-dolma"] = new GopherQualityStage(new GopherQualityOptions { Semantics = RuleSemantics.Dolma }),
        ["repetition"] = new GopherRepetitionStage(new GopherRepetitionOptions()),
        ["repetition-dolma"] = new GopherRepetitionStage(
            new GopherRepetitionOptions { Semantics = RuleSemantics.Dolma }),
        ["c4"] = new C4Stage(new C4Options()),
        ["c4-dolma"] = new C4Stage(new C4Options { Semantics = RuleSemantics.Dolma }),
        ["c4-paragraphs"] = new C4ParagraphStage(),
        ["fineweb"] = new FineWebStage(new FineWebOptions()),
    };

    private static Dictionary<(string Stage, string Measure), BoundCase> Cases { get; } = ThresholdCases.All();

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Bound_AdmitsItsOwnValue_AndNothingBeyond(string stage, string measure)
    {
        BoundCase item = Cases[(stage, measure)];
        string name = measure.Split(' ')[0];
        Measure rule = Stages[stage].Measures.Single(candidate => candidate.Name == name);
        float bound = item.IsMin ? rule.Min!.Value : rule.Max!.Value;

        float inside = Stages[stage].Measure(item.Inside)[name];
        float at = Stages[stage].Measure(item.At)[name];
        float beyond = Stages[stage].Measure(item.Beyond)[name];

        Assert.Equal(bound, at);
        Assert.True(rule.Admits(at));
        Assert.True(rule.Admits(inside));
        Assert.False(rule.Admits(beyond));
        Assert.True(item.IsMin ? inside >= bound && beyond < bound : inside <= bound && beyond > bound);
    }

    [Fact]
    public void Cases_CoverEveryBound()
    {
        IEnumerable<string> expected = Stages.SelectMany(stage => stage.Value.Measures.SelectMany(measure =>
            new[] { measure.Min is null ? null : "min", measure.Max is null ? null : "max" }
                .Where(side => side is not null)
                .Select(side => $"{stage.Key} {measure.Name} {side}")));

        IEnumerable<string> actual = Cases.Select(item => string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Key.Stage} {item.Key.Measure.Split(' ')[0]} {(item.Value.IsMin ? "min" : "max")}"));

        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("a")]
    [InlineData(".")]
    [InlineData("中")]
    [InlineData("\0")]
    [InlineData("@")]
    [InlineData("1")]
    public void Stages_MeasureTextsOfOneCharacterOrNone(string text) => MeasureAll(text);

    [Fact]
    public void Stages_MeasureHalfASurrogatePair()
    {
        MeasureAll("\uD83D");
        MeasureAll("\uDE00");
    }

    private static void MeasureAll(string text)
    {
        IStage[] all =
        [
            .. Stages.Values, new ChineseStage(), new SignalsStage(new SignalsOptions()),
            new StatisticsStage(new StatisticsOptions()), new NormalizeStage(new NormalizeOptions()),
            new PiiStage(new PiiOptions()), new BadWordsStage(new BadWordsOptions { Words = ["a"] }),
            new GopherRepetitionStage(new GopherRepetitionOptions { Ideographs = IdeographWords.Pairs }),
        ];

        Assert.All(all, stage =>
        {
            var values = new float[stage.Measures.Count];
            Assert.NotNull(stage.Apply(new Document("id", text), values).Document);
            Assert.All(values, value => Assert.False(float.IsInfinity(value)));
        });
    }
}
