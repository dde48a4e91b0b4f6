namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Writes the elements of x in the storage type of y, which is overwritten and as large.</summary>
    internal abstract void Cast(Tensor x, Tensor y);
}

public sealed partial class ReferenceBackend
{
    internal override void Cast(Tensor x, Tensor y)
    {
        for (int i = 0; i < x.Count; i++)
        {
            CastReference.Write(y, i, CastReference.Read(x, i));
        }
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void Cast(Tensor x, Tensor y) =>
        CastSimd.Forward(Workers, x.DType, x.Pointer<byte>(), y.DType, y.OverwritePointer<byte>(), x.Count);
}

public sealed partial class MetaBackend
{
    internal override void Cast(Tensor x, Tensor y)
    {
    }
}
