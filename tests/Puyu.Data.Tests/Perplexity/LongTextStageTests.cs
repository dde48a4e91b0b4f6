using Puyu.Data.Perplexity;

namespace Puyu.Data.Tests.Perplexity;

public class LongTextStageTests
{
    [Fact]
    public void Apply_CountsWhatItNames()
    {
        const string Text = "However, they went. \n\nWe | saw them, 我们";
        var stage = new LongTextStage();
        float[] values = new float[stage.Measures.Count];

        stage.Apply(new Document("1", Text), values);

        float length = Text.Length;
        Dictionary<string, float> measured =
            stage.Measures.Select(measure => measure.Name).Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
        Assert.Equal(11 / 12f, measured["type-token-ratio"]); // the comma occurs twice
        Assert.Equal((20 + 17) / 2f, measured["mean-line-length"]);
        Assert.Equal(1.5f, measured["line-length-deviation"]);
        Assert.Equal(2 / length, measured["newline-rate"]);
        Assert.Equal(2 / length, measured["comma-rate"]);
        Assert.Equal(7 / length, measured["space-rate"]);
        Assert.Equal(1 / length, measured["bar-rate"]);
        Assert.Equal((4 + 2 + 4 + 2) / length, measured["pronoun-rate"]); // they, we, them, 我们
        Assert.Equal(7 / length, measured["connective-rate"]);
    }
}
