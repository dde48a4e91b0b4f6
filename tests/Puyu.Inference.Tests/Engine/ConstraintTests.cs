using System.Text.RegularExpressions;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Engine;

public class ConstraintTests
{
    [Fact]
    public async Task CompleteAsync_HoldsEveryChoiceToItsConstraint()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        const string Pattern = "(yes|no|perhaps), [0-9]{3}";
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(10), tokens: 100) with
        {
            Constraint = new OutputConstraint.Regex(Pattern),
            Choices = 8,
            Sampling = new SamplingOptions { Temperature = 2, MaxTokens = 100, Seed = 4 },
        };

        Completed completed = await engine.CompleteAsync(request);

        Assert.All(completed.Text, text => Assert.Matches(new Regex($"^{Pattern}$"), text));
        Assert.All(completed.Reasons, reason => Assert.Equal(FinishReason.Stop, reason));
        Assert.True(completed.Text.Distinct().Count() > 4);
    }

    [Fact]
    public async Task CompleteAsync_RefusesAConstraint_ThatIsMalformed()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request([1], tokens: 5);

        EngineException exception = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(
            request with { Constraint = new OutputConstraint.Regex("(") }));

        Assert.Equal(EngineErrorCode.InvalidConstraint, exception.Code);
    }
}
