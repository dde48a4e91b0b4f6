using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Optimizers;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Optimizers;

public sealed class OptimizerTests : IDisposable
{
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void AdamW_FollowsTheEquations()
    {
        using Decoder model = Model(DType.F32);
        using var optimizer = new Optimizer(model.Parameters, _backend, new OptimizerOptions { WeightDecay = 0.1 });
        double[] theta = Doubles(model);
        double[] m = new double[theta.Length];
        double[] v = new double[theta.Length];
        bool[] decays = [.. model.Parameters.SelectMany(
            parameter => Enumerable.Repeat(parameter.Group is not ParameterGroup.Norm, (int)parameter.Count))];

        for (int t = 1; t <= 3; t++)
        {
            double[] g = SetGradients(model, seed: (ulong)t);
            optimizer.Step(t, learningRate: 0.01, gradientScale: 0.5);
            for (int i = 0; i < theta.Length; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * 0.5 * g[i]);
                v[i] = (0.95 * v[i]) + (0.05 * 0.25 * g[i] * g[i]);
                double update = m[i] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, t))) + 1e-8);
                theta[i] -= 0.01 * (update + (decays[i] ? 0.1 * theta[i] : 0));
            }
        }

        // About ten roundings a step of numbers of at most 1, of which three steps are added up; the quotient of small
        // moments can double the relative error of each.
        Assert.All(theta.Zip(Doubles(model)), pair => Assert.Equal(pair.First, pair.Second, 2 * Numbers.Gamma(30)));
    }

    [Theory]
    [InlineData(DecayedParameters.Weights, false)]
    [InlineData(DecayedParameters.All, true)]
    public void WeightDecay_LeavesNormsAlone_UnlessToldOtherwise(DecayedParameters decayed, bool normsDecay)
    {
        using Decoder model = Model(DType.F32);
        using var optimizer = new Optimizer(
            model.Parameters, _backend, new OptimizerOptions { WeightDecay = 0.5, DecayedParameters = decayed });
        float matrix = First(model, "layers.0.feed_forward.up.weight");
        float embedding = First(model, "embedding.weight");
        model.Parameters.ZeroGradients();

        optimizer.Step(step: 1, learningRate: 0.5, gradientScale: 1);

        Assert.Equal(0.75f * matrix, First(model, "layers.0.feed_forward.up.weight"));
        Assert.Equal(0.75f * embedding, First(model, "embedding.weight"));
        Assert.Equal(normsDecay ? 0.75f : 1, First(model, "norm.weight"));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void Masters_KeepWhatTheWeightsRoundAway(OptimizerKind kind)
    {
        using Decoder model = Model(DType.BF16);
        using var optimizer = new Optimizer(
            model.Parameters, _backend, new OptimizerOptions { Kind = kind, WeightDecay = 0 });
        float before = (float)model.Parameters["layers.0.feed_forward.up.weight"].Value.Span<BFloat16>()[0];
        for (int t = 1; t <= 40; t++)
        {
            SetGradients(model, seed: 1);
            optimizer.Step(t, learningRate: 1e-5, gradientScale: 1);
        }

        float[] master = optimizer.State["layers.0.feed_forward.up.weight.master"].Span<float>().ToArray();
        BFloat16[] weight = model.Parameters["layers.0.feed_forward.up.weight"].Value.Span<BFloat16>().ToArray();
        Assert.NotEqual(before, master[0]);
        Assert.Equal(master.Select(x => (BFloat16)x), weight);
        Assert.Contains(master, x => x != (float)(BFloat16)x);
    }

    [Fact]
    public void Muon_UpdatesTheMatricesOfTheBlocks_AndAdamWTheRest()
    {
        using Decoder model = Model(DType.F32);
        using var optimizer = new Optimizer(
            model.Parameters, _backend, new OptimizerOptions { Kind = OptimizerKind.Muon });

        Assert.All(model.Parameters, parameter => Assert.Equal(
            parameter.Group == ParameterGroup.Matrix ? ["momentum"] : ["first_moment", "second_moment"],
            optimizer.State.Keys
                .Where(name => name.StartsWith(parameter.Name + ".", StringComparison.Ordinal))
                .Select(name => name[(parameter.Name.Length + 1)..])
                .Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(DType.F32, OptimizerKind.AdamW)]
    [InlineData(DType.BF16, OptimizerKind.Muon)]
    public void BytesOf_IsWhatTheStateHolds(DType weights, OptimizerKind kind)
    {
        using Decoder model = Model(weights);
        var options = new OptimizerOptions { Kind = kind };
        using var optimizer = new Optimizer(model.Parameters, _backend, options);

        Assert.Equal(
            optimizer.State.Values.Sum(tensor => tensor.Bytes),
            model.Parameters.Sum(parameter => Optimizer.BytesOf(parameter, options)));
    }

    [Fact]
    public void GradientNorm_IsThatOfAllParametersTogether()
    {
        using Decoder model = Model(DType.F32);
        double[] gradients = SetGradients(model, seed: 9);

        double norm = GradientNorm.Of(model.Parameters, _backend);

        // Squares are exact in double; so are, to a few units of 2⁻⁵³ each, their sums.
        double expected = Math.Sqrt(gradients.Sum(g => g * g));
        Assert.Equal(expected, norm, expected * gradients.Length * Math.Pow(2, -53));
    }

    [Theory]
    [InlineData(0.5, 1.0, 1.0)]
    [InlineData(1.0, 1.0, 1.0)]
    [InlineData(4.0, 1.0, 0.25)]
    [InlineData(4.0, null, 1.0)]
    public void ClipScale_BringsTheNormDownToTheLimit(double norm, double? maxNorm, double expected)
    {
        Assert.Equal(expected, GradientNorm.ClipScale(norm, maxNorm));
    }

    private static float First(Decoder model, string name) => model.Parameters[name].Value.Span<float>()[0];

    private static double[] Doubles(Decoder model) =>
        [.. model.Parameters.SelectMany(parameter => parameter.Value.Span<float>().ToArray()).Select(x => (double)x)];

    private static double[] SetGradients(Decoder model, ulong seed)
    {
        float[] gradients = Numbers.Uniform((int)model.Parameters.Elements, seed);
        int first = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            gradients.AsSpan(first, (int)parameter.Count).CopyTo(parameter.Gradient!.Span<float>());
            first += (int)parameter.Count;
        }

        return [.. gradients.Select(g => (double)g)];
    }

    private Decoder Model(DType weights)
    {
        Decoder model = Decoder.Create(TinyRun.Config, _backend, weights);
        model.Initialize(seed: 2);
        model.AllocateGradients();
        return model;
    }
}
