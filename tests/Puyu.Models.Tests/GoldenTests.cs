using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests;

/// <summary>Agreement with the original InternLM2 code, on the small models of the test data.</summary>
/// <remarks>
/// The error of a tensor is that of its worst element, relative to the tensor's largest: an element near zero is a
/// difference of large ones and has their error. The expected values come from float64 arithmetic around norms and
/// softmax in float32, so they are themselves off by a few units of 2⁻²⁴ per layer; 1e-5 is some hundred of those.
/// </remarks>
public class GoldenTests
{
    private const double Tolerance = 1e-5;

    [DataTheory]
    [InlineData("internlm2-gqa", "cpu")]
    [InlineData("internlm2-gqa", "reference")]
    [InlineData("internlm2-bf16", "cpu")]
    [InlineData("internlm2-bf16", "reference")]
    [InlineData("internlm2-dynamic-ntk", "cpu")]
    [InlineData("internlm2-dynamic-ntk", "reference")]
    public void Logits_AreThoseOfTheOriginalCode(string model, string backendName)
    {
        using var golden = new Golden(model);
        using Backend backend = TestBackends.Create(backendName);
        using Decoder decoder = Decoder.Load(golden.Folder, backend);
        using Scope scope = backend.BeginScope();
        float[] expected = golden.Expected("logits");

        Tensor logits = decoder.Logits(scope, decoder.Forward(scope, golden.Input(scope)));

        // Where only the last positions were kept, those are compared.
        AssertClose("logits", expected, logits.Span<float>()[^expected.Length..]);
    }

    [DataTheory]
    [InlineData("cpu")]
    [InlineData("reference")]
    public void LossAndEveryGradient_AreThoseOfTheOriginalCode(string backendName)
    {
        using var golden = new Golden("internlm2-gqa");
        using Backend backend = TestBackends.Create(backendName);
        using Decoder decoder = Decoder.LoadTrainable(golden.Folder, backend);
        decoder.AllocateGradients();
        int[] labels = golden.Labels();
        using Scope scope = backend.BeginRecording();

        Tensor targets = scope.From<int>(labels, [labels.Length]);
        Tensor loss = decoder.Loss(scope, golden.Input(scope), targets, 1f / labels.Count(label => label >= 0));
        scope.Backward(loss);

        AssertClose("loss", golden.Expected("loss"), loss.Span<float>());
        Assert.All(decoder.Parameters, parameter => AssertClose(
            parameter.Name, golden.Expected($"grad.{parameter.FileName}"), parameter.Gradient!.Span<float>()));
    }

    private static void AssertClose(string name, float[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs((double)expected[i] - actual[i]));
        }

        Assert.True(worst <= Tolerance * largest, $"{name} is off by {worst / largest:E2} of its largest element");
    }
}
