using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>A linear map of a block while it is being quantized.</summary>
/// <param name="Name">Our name of the module.</param>
/// <param name="Weight">F32 [outputs, inputs], its own memory.</param>
/// <param name="Bias">F32 [outputs], or null.</param>
internal sealed record BlockLinear(string Name, Tensor Weight, Tensor? Bias)
{
    /// <summary>N.</summary>
    public int Outputs => Weight.Shape[0];

    /// <summary>K.</summary>
    public int Inputs => Weight.Shape[1];

    /// <summary>Multiplies the weights of an input by a factor.</summary>
    public void ScaleInputs(float[] factors)
    {
        Span<float> weights = Weight.Span<float>();
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= factors[i % Inputs];
        }
    }

    /// <summary>Divides an output by a number: its weights and its bias.</summary>
    public void DivideOutput(int output, float divisor)
    {
        foreach (ref float weight in Weight.Span<float>().Slice(output * Inputs, Inputs))
        {
            weight /= divisor;
        }

        if (Bias is not null)
        {
            Bias.Span<float>()[output] /= divisor;
        }
    }
}
