namespace Puyu.Evaluation.Tests;

public class BitsPerByteTests
{
    [Fact]
    public void Evaluate_DividesAllBitsByAllBytes()
    {
        // One bit a character: "ab cd" has 5 bytes, "é" has 2.
        var model = new ScriptedModel((_, text) => -text.Length * Math.Log(2));
        var done = new List<int>();

        BitsPerByteReport report = BitsPerByte.Evaluate(
            model, ["ab cd", "é"], seed: 1, new Recorder(done), CancellationToken.None);

        Assert.Equal(6.0 / 7, report.BitsPerByte.Value, 12);
        Assert.InRange(report.BitsPerByte.Low, 0.5, 6.0 / 7);
        Assert.InRange(report.BitsPerByte.High, 6.0 / 7, 1);
        Assert.Equal(4, report.PerplexityPerToken, 12); // 6 bits in 3 tokens
        Assert.Equal((3, 7), (report.Tokens, report.Bytes));
        Assert.Equal([2], done);
    }

    [Fact]
    public void Evaluate_OfCompletions_CountsThemAndNotTheirPrompts()
    {
        var model = new ScriptedModel((_, completion) => -completion.Length * Math.Log(2));
        (string, string)[] requests = [("a long prompt", "ab cd"), ("another", "é")];

        BitsPerByteReport report = BitsPerByte.Evaluate(model, requests, seed: 1, null, CancellationToken.None);

        Assert.Equal(requests, model.Asked);
        Assert.Equal(6.0 / 7, report.BitsPerByte.Value, 12);
        Assert.Equal((3, 7), (report.Tokens, report.Bytes));
        Assert.Throws<ArgumentException>(
            () => BitsPerByte.Evaluate(model, [("a", "")], 1, null, CancellationToken.None));
    }

    [Fact]
    public void Evaluate_RefusesWhatCannotBeScored()
    {
        var model = new ScriptedModel((_, text) => text == "bad" ? double.NaN : -1);

        var problem = Assert.Throws<InvalidOperationException>(
            () => BitsPerByte.Evaluate(model, ["good", "bad"], 1, null, CancellationToken.None));
        Assert.Contains("text 1 is NaN", problem.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => BitsPerByte.Evaluate(model, Array.Empty<string>(), 1, null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => BitsPerByte.Evaluate(model, ["a", ""], 1, null, CancellationToken.None));
        Assert.Throws<OperationCanceledException>(
            () => BitsPerByte.Evaluate(model, ["a"], 1, null, new CancellationToken(canceled: true)));
    }

    private sealed class Recorder(List<int> values) : IProgress<int>
    {
        public void Report(int value) => values.Add(value);
    }
}
