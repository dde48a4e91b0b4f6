namespace Puyu.Tensors;

/// <summary>Kernels of <see cref="GemmTile128"/>.</summary>
internal sealed unsafe class GemmKernels128 : GemmKernels
{
    /// <inheritdoc/>
    public override string Name => "Vector128";

    /// <inheritdoc/>
    public override int Rows => GemmTile128.Rows;

    /// <inheritdoc/>
    public override int Columns => GemmTile128.Columns;

    /// <inheritdoc/>
    public override void Tile(int rows, float* a, float* b, int k, float* c, long ldc, bool adds)
    {
        switch (rows)
        {
            case 1:
                GemmTile128.Run<Rows1>(a, b, k, c, ldc, adds);
                break;
            case 2:
                GemmTile128.Run<Rows2>(a, b, k, c, ldc, adds);
                break;
            case 3:
                GemmTile128.Run<Rows3>(a, b, k, c, ldc, adds);
                break;
            case 4:
                GemmTile128.Run<Rows4>(a, b, k, c, ldc, adds);
                break;
            case 5:
                GemmTile128.Run<Rows5>(a, b, k, c, ldc, adds);
                break;
            default:
                GemmTile128.Run<Rows6>(a, b, k, c, ldc, adds);
                break;
        }
    }

    /// <inheritdoc/>
    public override void PackAlong(DType dtype, byte* source, long stride, int width, int valid, int k, float* panel)
    {
        switch (dtype)
        {
            case DType.BF16:
                GemmPacking128.Along<StoredBF16>(source, stride, width, valid, k, panel);
                break;
            case DType.F16:
                GemmPacking128.Along<StoredF16>(source, stride, width, valid, k, panel);
                break;
            default:
                GemmPacking128.Along<StoredF32>(source, stride, width, valid, k, panel);
                break;
        }
    }

    /// <inheritdoc/>
    public override void PackAcross(
        DType dtype, byte* source, long stride, int width, int valid, int k, float* panels)
    {
        switch (dtype)
        {
            case DType.BF16:
                GemmPacking128.Across<StoredBF16>(source, stride, width, valid, k, panels);
                break;
            case DType.F16:
                GemmPacking128.Across<StoredF16>(source, stride, width, valid, k, panels);
                break;
            default:
                GemmPacking128.Across<StoredF32>(source, stride, width, valid, k, panels);
                break;
        }
    }
}
