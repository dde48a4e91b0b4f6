using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class LogProbabilitiesTests
{
    [Theory]
    [InlineData("cpu-1", "all")]
    [InlineData("cpu-3", "some")]
    [InlineData("cpu-3", "none")]
    public void LogProbabilities_MatchReference(string name, string valid)
    {
        const int T = 290;
        const int V = 37;
        const int D = 20;
        (float[] expected, byte[] expectedLikeliest) = Compute("reference", 0, T, T, V, D, valid);
        (float[] actual, byte[] areLikeliest) = Compute(name, 0, T, T, V, D, valid);

        // A logit and the logarithm of the sum are off by at most γ D D each, the sum by γ(V + 16).
        double tolerance = (2 * Numbers.Gamma(D + 2) * D) + Numbers.Gamma(V + 16);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
        Assert.Equal(expectedLikeliest, areLikeliest);
        Assert.Equal(valid == "none", areLikeliest.All(isLikeliest => isLikeliest == 0));
    }

    [Fact]
    public void ARow_IsTheSameBits_WhateverRowsAccompanyIt()
    {
        float[] all = Compute("cpu-3", 0, 300, 300, 100, 600, "all").LogProbabilities;

        Assert.Equal(all[299..], Compute("cpu-1", 299, 1, 300, 100, 600, "all").LogProbabilities);
        Assert.Equal(all[280..], Compute("cpu-3", 280, 20, 300, 100, 600, "all").LogProbabilities);
    }

    [Fact]
    public void LogProbabilities_RefusesToBeRecorded()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginRecording();
        Tensor weight = scope.Zeros([3, 4]);
        weight.RequiresGradient = true;

        Assert.Throws<InvalidOperationException>(
            () => scope.LogProbabilities(scope.Zeros([1, 4]), weight, scope.From<int>([0], [1])));
    }

    private static (float[] LogProbabilities, byte[] AreLikeliest) Compute(
        string name, int first, int rows, int t, int v, int d, string valid)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor hidden = scope.From<float>(Numbers.Uniform(t * d, seed: 1).AsSpan(first * d, rows * d), [rows, d]);
        Tensor weight = scope.From<float>(Numbers.Uniform(v * d, seed: 2), [v, d]);
        Tensor targets = scope.From<int>(LinearCrossEntropyTests.Targets(t, v, valid).AsSpan(first, rows), [rows]);
        TargetScores scores = scope.LogProbabilities(hidden, weight, targets);
        return (scores.LogProbabilities.Span<float>().ToArray(), scores.AreLikeliest.Span<byte>().ToArray());
    }
}
