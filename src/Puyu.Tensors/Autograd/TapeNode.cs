namespace Puyu.Tensors.Autograd;

/// <summary>
/// What one recorded op remembers for its backward. Every op derives one; the objects are recycled, so an op sets all
/// of its node's fields each time it records.
/// </summary>
public abstract class TapeNode
{
    /// <summary>The result of the op.</summary>
    internal Tensor Output { get; set; } = null!;

    /// <summary>
    /// Adds this op's share to the gradients of its inputs (<see cref="Scope.Gradient"/>) and releases what only this
    /// node kept. <paramref name="dY"/> is complete and is freed afterwards, as is the output.
    /// </summary>
    /// <param name="scope">Where temporary tensors are made.</param>
    /// <param name="dY">Gradient of the loss with respect to the output.</param>
    internal abstract void Backward(Scope scope, Tensor dY);
}
