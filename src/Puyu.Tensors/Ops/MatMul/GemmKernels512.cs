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

    /// <inheritdoc/>
    public override int MostFewRows => GemmFewRows512.MostRows;

    /// <inheritdoc/>
    public override void FewRows(
        int rows, float* a, DType dtype, byte* b, long stride, int valid, int k, float* c, long ldc, bool adds)
    {
        switch (dtype)
        {
            case DType.BF16:
                FewRows<StoredBF16>(rows, a, b, stride, valid, k, c, ldc, adds);
                break;
            case DType.F16:
                FewRows<StoredF16>(rows, a, b, stride, valid, k, c, ldc, adds);
                break;
            default:
                FewRows<StoredF32>(rows, a, b, stride, valid, k, c, ldc, adds);
                break;
        }
    }

    private static void FewRows<TStored>(
        int rows, float* a, byte* b, long stride, int valid, int k, float* c, long ldc, bool adds)
        where TStored : struct, IStored
    {
        switch (rows)
        {
            case 1:
                FewRows<Rows1, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 2:
                FewRows<Rows2, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 3:
                FewRows<Rows3, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 4:
                FewRows<Rows4, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 5:
                FewRows<Rows5, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 6:
                FewRows<Rows6, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            case 7:
                FewRows<Rows7, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
            default:
                FewRows<Rows8, TStored>(a, b, stride, valid, k, c, ldc, adds);
                break;
        }
    }

    /// <summary>Both halves of the columns of a tile; the second is left alone if it has none.</summary>
    private static void FewRows<TRows, TStored>(
        float* a, byte* b, long stride, int valid, int k, float* c, long ldc, bool adds)
        where TRows : struct, IRowCount
        where TStored : struct, IStored
    {
        const int Half = GemmFewRows512.Columns;
        GemmFewRows512.Run<TRows, TStored>(b, stride, Math.Min(valid, Half), a, k, c, ldc, adds);
        if (valid > Half)
        {
            GemmFewRows512.Run<TRows, TStored>(b + (Half * stride), stride, valid - Half, a, k, c + Half, ldc, adds);
        }
    }
}
