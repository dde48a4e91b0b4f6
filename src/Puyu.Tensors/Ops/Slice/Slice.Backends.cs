namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>
    /// Overwrites columns of the target with columns of the source; rows are those of all outer dimensions. A target
    /// that is marked as zeros has to be overwritten whole.
    /// </summary>
    internal abstract void CopyColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns);

    /// <summary>Adds columns of the source to columns of the target.</summary>
    internal abstract void AddColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns);
}

public sealed partial class ReferenceBackend
{
    internal override void CopyColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns)
    {
        int width = target.Shape[^1];
        for (int row = 0; row < target.Shape.Rows; row++)
        {
            source.Span<float>().Slice((row * source.Shape[^1]) + sourceColumn, columns)
                .CopyTo(target.Span<float>()[((row * width) + targetColumn)..]);
        }
    }

    internal override void AddColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns)
    {
        double[] sum = Doubles(target);
        SliceReference.AddColumns(
            Doubles(source), source.Shape[^1], sourceColumn, sum, target.Shape[^1], targetColumn, columns);
        Store(sum, target);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void CopyColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns) =>
        Columns(source, sourceColumn, target, target.OverwritePointer<float>() + targetColumn, columns, adds: false);

    internal override void AddColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns) =>
        Columns(source, sourceColumn, target, target.Pointer<float>() + targetColumn, columns, adds: true);

    private void Columns(Tensor source, int sourceColumn, Tensor target, float* first, int columns, bool adds) =>
        SliceSimd.Run(
            Workers, source.Pointer<float>() + sourceColumn, source.Shape[^1], first, target.Shape[^1],
            source.Shape.Rows, columns, adds);
}

public sealed partial class MetaBackend
{
    internal override void CopyColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns)
    {
    }

    internal override void AddColumns(Tensor source, int sourceColumn, Tensor target, int targetColumn, int columns)
    {
    }
}
