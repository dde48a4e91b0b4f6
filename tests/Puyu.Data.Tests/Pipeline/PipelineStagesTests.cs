using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public class PipelineStagesTests
{
    [Fact]
    public void Size_CountsBytesAndCharacters()
    {
        float[] values = new float[2];

        new SizeStage().Apply(new Document("id", "aé万🦙"), values);

        Assert.Equal([10f, 4f], values);
    }

    [Fact]
    public void Heading_PutsMetadataBeforeTheText_AndMovesSpans()
    {
        var stage = new HeadingStage(new HeadingOptions());
        var plain = new Document("id", "one two") { Spans = [new TextSpan(4, 3, "word")] };
        Document titled = plain with { Metadata = Document.NoMetadata.Add("title", "Of numbers") };

        Document headed = stage.Apply(titled, []).Document;

        Assert.Equal("Of numbers\none two", headed.Text);
        Assert.Equal("two", headed.Text.Substring(headed.Spans[0].Start, headed.Spans[0].Length));
        Assert.Same(plain, stage.Apply(plain, []).Document);
    }

    [Fact]
    public void Sample_DrawsEvenly_AndAnewForAnotherSeed()
    {
        float[] first = Draw(seed: 1);

        // Standard error of the mean of n draws: 1 / √(12 n); five of them.
        double bound = 5 / Math.Sqrt(12.0 * first.Length);
        Assert.InRange(first.Average(), 0.5 - bound, 0.5 + bound);
        Assert.Equal(first, Draw(seed: 1));
        Assert.InRange(first.Zip(Draw(seed: 2)).Count(pair => pair.First == pair.Second), 0, 2);
    }

    private static float[] Draw(ulong seed)
    {
        var stage = new SampleStage(seed);
        float[] values = new float[1];
        return
        [
            .. Enumerable.Range(0, 4_000).Select(i =>
            {
                stage.Apply(new Document("id", "") { Source = new DocumentSource("file", i, 0) }, values);
                return values[0];
            }),
        ];
    }
}
