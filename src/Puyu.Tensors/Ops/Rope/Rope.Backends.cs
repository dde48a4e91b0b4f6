namespace Puyu.Tensors;

/// <summary>What rotates the heads of a tensor.</summary>
/// <param name="PositionIds">I32 [T].</param>
/// <param name="Table">Angles.</param>
/// <param name="Layout">Where the heads are.</param>
/// <param name="IsTransposed">Whether to rotate back (times the squared amplitude): backward.</param>
internal readonly record struct RopeRotation(Tensor PositionIds, RopeTable Table, QkvLayout Layout, bool IsTransposed);

public abstract partial class Backend
{
    /// <summary>Rotates the query and key columns of F32 [T, Width] in place.</summary>
    internal abstract void Rotate(Tensor x, in RopeRotation rotation);
}

public sealed partial class ReferenceBackend
{
    internal override void Rotate(Tensor x, in RopeRotation rotation)
    {
        rotation.Table.Fill(rotation.PositionIds.Span<int>());
        double[] rotated = Doubles(x);
        double[] sines = Doubles(rotation.Table.Sines);
        if (rotation.IsTransposed)
        {
            sines = [.. sines.Select(s => -s)];
        }

        RopeReference.Rotate(
            rotated, rotation.PositionIds.Span<int>(), Doubles(rotation.Table.Cosines), sines, rotation.Layout,
            rotation.Table.Pairing);
        Store(rotated, x);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void Rotate(Tensor x, in RopeRotation rotation)
    {
        rotation.Table.Fill(rotation.PositionIds.Span<int>());
        RopeSimd.Rotate(Workers, x, rotation);
    }
}

public sealed partial class MetaBackend
{
    internal override void Rotate(Tensor x, in RopeRotation rotation)
    {
    }
}
