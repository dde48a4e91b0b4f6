using Puyu.Tensors;

namespace Puyu.Models.Layers;

/// <summary>Root-mean-square norm of each row.</summary>
/// <param name="weight">[D].</param>
/// <param name="epsilon">Added to the mean square.</param>
internal sealed class RmsNorm(Tensor weight, float epsilon)
{
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <returns>[T, D].</returns>
    public Tensor Forward(Scope scope, Tensor x) => scope.RmsNorm(x, weight, epsilon);
}
