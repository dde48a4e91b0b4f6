namespace Puyu.Tensors;

/// <summary>Kernels of <see cref="GemmTile256"/>.</summary>
internal sealed unsafe class GemmKernels256 : GemmKernels
{
    /// <inheritdoc/>
    public override string Name => "Vector256";

    /// <inheritdoc/>
    public override int Rows => GemmTile256.Rows;

    /// <inheritdoc/>
    public override int Columns => GemmTile256.Columns;

    /// <inheritdoc/>
    public override void Tile(int rows, float* a, float* b, int k, float* c, long ldc, bool adds)
    {
        switch (rows)
        {
            case 1:
                GemmTile256.Run<Rows1>(a, b, k, c, ldc, adds);
                break;
            case 2:
                GemmTile256.Run<Rows2>(a, b, k, c, ldc, adds);
                break;
            case 3:
                GemmTile256.Run<Rows3>(a, b, k, c, ldc, adds);
                break;
            case 4:
                GemmTile256.Run<Rows4>(a, b, k, c, ldc, adds);
                break;
            case 5:
                GemmTile256.Run<Rows5>(a, b, k, c, ldc, adds);
                break;
            default:
                GemmTile256.Run<Rows6>(a, b, k, c, ldc, adds);
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
