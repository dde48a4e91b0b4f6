using Puyu.Tensors;

namespace Puyu.Models.Layers;

/// <summary>Gated feed-forward of each row.</summary>
/// <remarks>
/// <code>
///   FeedForward(x) = Down(silu(Gate(x)) ⊙ Up(x))
/// </code>
/// Source: Shazeer, GLU Variants Improve Transformer, 2020 (arXiv:2002.05202). T tokens, D hidden, F intermediate.
/// </remarks>
internal sealed class FeedForward(Linear gate, Linear up, Linear down)
{
    private readonly bool _isFused = Linear.ArePackedAlike(gate, up);

    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <param name="adapters">Which rows they change.</param>
    /// <returns>[T, D].</returns>
    public Tensor Forward(Scope scope, Tensor x, IReadOnlyList<AdapterRows> adapters)
    {
        if (_isFused && adapters.Count == 0)
        {
            return down.Forward(
                scope, scope.QuantizedSwiGlu(x, gate.Packed!, up.Packed!, gate.Bias, up.Bias));   // [T, D]
        }

        Tensor gated = gate.Forward(scope, x, adapters);                                        // [T, F]
        Tensor raised = up.Forward(scope, x, adapters);                                         // [T, F]
        Tensor activated = scope.SwiGlu(gated, raised);                               // [T, F]
        return down.Forward(scope, activated, adapters);                                        // [T, D]
    }
}
