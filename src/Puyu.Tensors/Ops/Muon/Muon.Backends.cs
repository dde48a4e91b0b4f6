namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = α a + β b</c>, all F32 and of one size; y is overwritten and may be a or b.</summary>
    internal abstract void Combine(Tensor a, float alpha, Tensor b, float beta, Tensor y);
}

public sealed partial class ReferenceBackend
{
    internal override void Combine(Tensor a, float alpha, Tensor b, float beta, Tensor y) =>
        Store([.. Doubles(a).Zip(Doubles(b), (ai, bi) => (alpha * ai) + (beta * bi))], y);
}

public sealed unsafe partial class CpuBackend
{
    internal override void Combine(Tensor a, float alpha, Tensor b, float beta, Tensor y) => MuonSimd.Combine(
        Workers, a.Pointer<float>(), alpha, b.Pointer<float>(), beta, y.OverwritePointer<float>(), y.Count);
}

public sealed partial class MetaBackend
{
    internal override void Combine(Tensor a, float alpha, Tensor b, float beta, Tensor y)
    {
    }
}
