using Puyu.Data.Lists;

namespace Puyu.Data.Tests.Lists;

public class WordsStageTests
{
    [Fact]
    public void Apply_CountsWordsAndTheirShare()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("words.txt"), "bad\nworse\n");
        File.WriteAllText(folder.File("allowed.txt"), "not bad\n");
        var stage = new WordsStage(new WordsStageOptions
        {
            Words = [folder.File("words.txt")],
            Allowed = [folder.File("allowed.txt")],
        });
        float[] values = new float[2];

        string? note = stage.Apply(new Document("1", "Bad, not bad, worse."), values).Note;

        Assert.Equal([2, 8 / 20f], values);
        Assert.Equal("bad", note);
        Assert.False(stage.Measures[0].Admits(values[0]));
    }
}
