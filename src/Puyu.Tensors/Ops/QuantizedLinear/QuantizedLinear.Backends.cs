using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = x · Wᵀ + b</c> for each weight, side by side; y is overwritten.</summary>
    internal abstract void QuantizedLinearForward(
        Tensor x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Tensor?> biases, Tensor y);

    /// <summary><c>y = silu(x · Gᵀ + bG) · (x · Uᵀ + bU)</c>; y is overwritten.</summary>
    internal abstract void QuantizedSwiGluForward(
        Tensor x, PackedMatrix gate, PackedMatrix up, Tensor? gateBias, Tensor? upBias, Tensor y);
}

public sealed partial class ReferenceBackend
{
    internal override void QuantizedLinearForward(
        Tensor x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Tensor?> biases, Tensor y)
    {
        (int rows, int width) = (y.Shape[0], y.Shape[1]);
        double[] joined = new double[y.Count];
        int column = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double[] part = QuantizedProduct(x, weights[i], biases[i]);
            int outputs = weights[i].Outputs;
            for (int row = 0; row < rows; row++)
            {
                part.AsSpan(row * outputs, outputs).CopyTo(joined.AsSpan((row * width) + column));
            }

            column += outputs;
        }

        Store(joined, y);
    }

    internal override void QuantizedSwiGluForward(
        Tensor x, PackedMatrix gate, PackedMatrix up, Tensor? gateBias, Tensor? upBias, Tensor y)
    {
        double[] products = new double[y.Count];
        SwiGluReference.Forward(QuantizedProduct(x, gate, gateBias), QuantizedProduct(x, up, upBias), products);
        Store(products, y);
    }

    private static double[] QuantizedProduct(Tensor x, PackedMatrix weight, Tensor? bias)
    {
        double[] product = new double[(long)x.Shape[0] * weight.Outputs];
        if (product.Length > 0)
        {
            QuantizedLinearReference.Forward(x.Span<float>(), weight, bias is null ? [] : Doubles(bias), product);
        }

        return product;
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void QuantizedLinearForward(
        Tensor x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Tensor?> biases, Tensor y)
    {
        var product = new QuantizedProduct(Workers, Memory, x, weights[0].Layout);
        float* target = y.OverwritePointer<float>();
        for (int i = 0; i < weights.Length; i++)
        {
            product.Add(weights[i], biases[i], target, y.Shape[1]);
            target += weights[i].Outputs;
        }

        product.Run();
    }

    internal override void QuantizedSwiGluForward(
        Tensor x, PackedMatrix gate, PackedMatrix up, Tensor? gateBias, Tensor? upBias, Tensor y)
    {
        var product = new QuantizedProduct(Workers, Memory, x, gate.Layout) { IsGated = true };
        product.Add(gate, gateBias, y.OverwritePointer<float>(), y.Shape[1]);
        product.Add(up, upBias, y.OverwritePointer<float>(), y.Shape[1]);
        product.Run();
    }
}

public sealed partial class MetaBackend
{
    internal override void QuantizedLinearForward(
        Tensor x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Tensor?> biases, Tensor y)
    {
    }

    internal override void QuantizedSwiGluForward(
        Tensor x, PackedMatrix gate, PackedMatrix up, Tensor? gateBias, Tensor? upBias, Tensor y)
    {
    }
}
