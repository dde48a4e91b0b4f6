namespace Puyu.Abstractions.Tests;

public class SamplingOptionsTests
{
    [Fact]
    public void Validated_AcceptsTheDefaults() => Assert.Equal(0, SamplingOptions.Greedy.Validated().Temperature);

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new SamplingOptions
        {
            Temperature = float.NaN,
            TopK = 0,
            TopP = 0,
            MinP = 2,
            RepetitionPenalty = 0,
            StopStrings = [""],
            MaxTokens = 0,
        };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            ["Temperature", "TopK", "TopP", "MinP", "RepetitionPenalty", "StopStrings", "MaxTokens"],
            name => Assert.Contains($"- {name} is ", message, StringComparison.Ordinal));
    }
}
