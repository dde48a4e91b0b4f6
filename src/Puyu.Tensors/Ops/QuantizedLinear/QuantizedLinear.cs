using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>Linear layers whose weights are integer codes. For inference: nothing is recorded.</summary>
public static class QuantizedLinearOp
{
    /// <summary>The most matrices of one call.</summary>
    internal const int MaxMatrices = 3;

    /// <summary>
    /// <c>y = x · Wᵀ + b</c>. The rows of x are rounded to 8 bits, group by group. Equations in
    /// <see cref="QuantizedLinearReference"/>.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, shape [T, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">F32, shape [out]; null for none.</param>
    /// <returns>
    /// F32, shape [T, out]. The bits of a row depend neither on the other rows nor on the number of threads.
    /// </returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="InvalidOperationException">The op would have to be recorded: it has no backward.</exception>
    public static Tensor QuantizedLinear(this Scope scope, Tensor x, PackedMatrix weight, Tensor? bias = null)
    {
        Require(scope, x, weight, bias);
        Tensor y = scope.Empty([x.Shape[0], weight.Outputs]);
        scope.Backend.QuantizedLinearForward(x, [weight], [bias], y);
        return y;
    }

    /// <summary>Several layers of one input, such as query, key and value: their results side by side.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, shape [T, in].</param>
    /// <param name="weights">One to three, [outᵢ, in], of one scheme (<see cref="Shares"/>).</param>
    /// <param name="biases">As many; null for none.</param>
    /// <returns>F32, shape [T, Σ outᵢ].</returns>
    /// <inheritdoc cref="QuantizedLinear(Scope, Tensor, PackedMatrix, Tensor?)"/>
    public static Tensor QuantizedLinear(
        this Scope scope, Tensor x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Tensor?> biases)
    {
        ShapeException.Require(
            weights.Length is > 0 and <= MaxMatrices && biases.Length == weights.Length,
            $"QuantizedLinear: {weights.Length} weights and {biases.Length} biases must be 1 to {MaxMatrices} each");
        int outputs = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            Require(scope, x, weights[i], biases[i]);
            ShapeException.Require(
                Shares(weights[0], weights[i]),
                $"QuantizedLinear: {weights[0]} and {weights[i]} must have the same bits, group size and kind of zero");
            outputs += weights[i].Outputs;
        }

        Tensor y = scope.Empty([x.Shape[0], outputs]);
        scope.Backend.QuantizedLinearForward(x, weights, biases, y);
        return y;
    }

    /// <summary>
    /// The gated activation of two layers of one input: <c>y = silu(x · Gᵀ + bG) · (x · Uᵀ + bU)</c>.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">F32, shape [T, in].</param>
    /// <param name="gate">[out, in].</param>
    /// <param name="up">[out, in], of the scheme of <paramref name="gate"/> (<see cref="Shares"/>).</param>
    /// <param name="gateBias">F32, shape [out]; null for none.</param>
    /// <param name="upBias">F32, shape [out]; null for none.</param>
    /// <returns>F32, shape [T, out].</returns>
    /// <inheritdoc cref="QuantizedLinear(Scope, Tensor, PackedMatrix, Tensor?)"/>
    public static Tensor QuantizedSwiGlu(
        this Scope scope, Tensor x, PackedMatrix gate, PackedMatrix up, Tensor? gateBias = null, Tensor? upBias = null)
    {
        Require(scope, x, gate, gateBias);
        Require(scope, x, up, upBias);
        ShapeException.Require(
            gate.Outputs == up.Outputs && Shares(gate, up),
            $"QuantizedSwiGlu: {gate} and {up} must have the same outputs, bits, group size and kind of zero");
        Tensor y = scope.Empty([x.Shape[0], gate.Outputs]);
        scope.Backend.QuantizedSwiGluForward(x, gate, up, gateBias, upBias, y);
        return y;
    }

    /// <summary>Whether two matrices take the same rounded input, so that one op can serve both.</summary>
    public static bool Shares(PackedMatrix a, PackedMatrix b) =>
        a.Inputs == b.Inputs && a.Scheme.Bits == b.Scheme.Bits && a.Scheme.IsSymmetric == b.Scheme.IsSymmetric
        && a.Layout.Group == b.Layout.Group;

    private static void Require(Scope scope, Tensor x, PackedMatrix weight, Tensor? bias)
    {
        ShapeException.Require(
            x.Shape.Rank == 2 && x.DType == DType.F32 && x.Shape[1] == weight.Inputs,
            $"QuantizedLinear: weight is {weight} but x is {x}, so x must be F32 [T, {weight.Inputs}]");
        ShapeException.Require(
            bias is null || (bias.DType == DType.F32 && bias.Shape.Rank == 1 && bias.Shape[0] == weight.Outputs),
            $"QuantizedLinear: bias is {bias} but weight is {weight}, so bias must be F32 [{weight.Outputs}]");
        if (scope.Records(x))
        {
            throw new InvalidOperationException(
                $"QuantizedLinear: {x} requires a gradient but the op has none; use BeginUnrecorded");
        }
    }
}
