namespace Puyu.Tensors;

/// <summary>The update of AdamW.</summary>
public static class AdamWOp
{
    /// <summary>
    /// Updates a parameter and its moments in one pass over memory. Equations in <see cref="AdamWReference"/>.
    /// </summary>
    /// <param name="backend">The backend of the tensors.</param>
    /// <param name="weight">The parameter in full precision, F32; changed.</param>
    /// <param name="gradient">F32, the shape of <paramref name="weight"/>; not changed.</param>
    /// <param name="firstMoment">m, F32, shaped like <paramref name="weight"/>; changed. Zeros at first.</param>
    /// <param name="secondMoment">v, F32, shaped like <paramref name="weight"/>; changed. Zeros at first.</param>
    /// <param name="step">Rates and corrections.</param>
    /// <param name="copy">Overwritten with the new weight in its own storage type; null where none is kept.</param>
    /// <exception cref="ShapeException">The shapes differ, or one that must be F32 is not.</exception>
    public static void AdamW(
        this Backend backend, Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWStep step,
        Tensor? copy = null)
    {
        ShapeException.Require(weight.DType == DType.F32, $"AdamW: weight is {weight} but must be F32");
        RequireLike(weight, gradient, nameof(gradient));
        RequireLike(weight, firstMoment, nameof(firstMoment));
        RequireLike(weight, secondMoment, nameof(secondMoment));
        ShapeException.Require(
            copy is null || (copy.Shape == weight.Shape && copy.DType.IsFloat()),
            $"AdamW: copy is {copy} but weight is {weight}, so copy must be floats {weight.Shape}");
        backend.AdamWUpdate(weight, gradient, firstMoment, secondMoment, step, copy);
    }

    private static void RequireLike(Tensor weight, Tensor other, string name)
    {
        ShapeException.Require(
            other.Shape == weight.Shape && other.DType == DType.F32,
            $"AdamW: {name} is {other} but weight is {weight}, so {name} must be F32 {weight.Shape}");
    }
}
