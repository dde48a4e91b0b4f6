namespace Puyu.Tensors;

/// <summary>Kernels of <see cref="GemmTile512"/>.</summary>
internal sealed unsafe class GemmKernels512 : GemmKernels
{
    /// <inheritdoc/>
    public override string Name => "Vector512";

    /// <inheritdoc/>
    public override int Rows => GemmTile512.Rows;

    /// <inheritdoc/>
    public override int Columns => GemmTile512.Columns;

    /// <inheritdoc/>
    public override void Tile(int rows, float* a, float* b, int k, float* c, long ldc, bool adds)
    {
        switch (rows)
        {
            case 1:
                GemmTile512.Run<Rows1>(a, b, k, c, ldc, adds);
                break;
            case 2:
                GemmTile512.Run<Rows2>(a, b, k, c, ldc, adds);
                break;
            case 3:
                GemmTile512.Run<Rows3>(a, b, k, c, ldc, adds);
                break;
            case 4:
                GemmTile512.Run<Rows4>(a, b, k, c, ldc, adds);
                break;
            case 5:
                GemmTile512.Run<Rows5>(a, b, k, c, ldc, adds);
                break;
            case 6:
                GemmTile512.Run<Rows6>(a, b, k, c, ldc, adds);
                break;
            case 7:
                GemmTile512.Run<Rows7>(a, b, k, c, ldc, adds);
                break;
            case 8:
                GemmTile512.Run<Rows8>(a, b, k, c, ldc, adds);
                break;
            case 9:
                GemmTile512.Run<Rows9>(a, b, k, c, ldc, adds);
                break;
            case 10:
                GemmTile512.Run<Rows10>(a, b, k, c, ldc, adds);
                break;
            case 11:
                GemmTile512.Run<Rows11>(a, b, k, c, ldc, adds);
                break;
            default:
                GemmTile512.Run<Rows12>(a, b, k, c, ldc, adds);
                break;
        }
    }

    /// <inheritdoc/>
    public override void PackAlong(DType dtype, byte* source, long stride, int width, int valid, int k, float* panel)
    {
        switch (dtype)
        {
            case DType.BF16:
                GemmPacking512.Along<StoredBF16>(source, stride, width, valid, k, panel);
                break;
            case DType.F16:
                GemmPacking512.Along<StoredF16>(source, stride, width, valid, k, panel);
                break;
            default:
                GemmPacking512.Along<StoredF32>(source, stride, width, valid, k, panel);
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
                GemmPacking512.Across<StoredBF16>(source, stride, width, valid, k, panels);
                break;
            case DType.F16:
                GemmPacking512.Across<StoredF16>(source, stride, width, valid, k, panels);
                break;
            default:
                GemmPacking512.Across<StoredF32>(source, stride, width, valid, k, panels);
                break;
        }
    }
}
