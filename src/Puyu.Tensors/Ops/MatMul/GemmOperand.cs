namespace Puyu.Tensors;

/// <summary>One operand of a product: lines (rows of A or columns of B) along the shared dimension.</summary>
/// <param name="source">First element.</param>
/// <param name="dtype">Storage type.</param>
/// <param name="ld">Elements between rows as stored.</param>
/// <param name="isAlong">Whether a line is contiguous; otherwise neighbouring lines are.</param>
/// <param name="width">Lines of a panel.</param>
internal readonly unsafe struct GemmOperand(byte* source, DType dtype, long ld, bool isAlong, int width)
{
    private readonly byte* _source = source;
    private readonly long _size = dtype.Size();
    private readonly long _stride = ld * dtype.Size();

    /// <summary>Lines of a panel.</summary>
    public int Width => width;

    /// <summary>Packs neighbouring panels for a block of the shared dimension.</summary>
    /// <param name="kernels">Who packs.</param>
    /// <param name="line">First line.</param>
    /// <param name="lines">How many.</param>
    /// <param name="first">First element of the shared dimension.</param>
    /// <param name="depth">How many.</param>
    /// <param name="panels">Overwritten. Panels are <see cref="GemmKernels.PanelFloats"/> apart.</param>
    public void Pack(GemmKernels kernels, int line, int lines, int first, int depth, float* panels)
    {
        if (!isAlong)
        {
            byte* across = _source + (first * _stride) + (line * _size);
            kernels.PackAcross(dtype, across, _stride, width, lines, depth, panels);
            return;
        }

        for (int done = 0; done < lines; done += width)
        {
            byte* from = _source + ((line + done) * _stride) + (first * _size);
            kernels.PackAlong(dtype, from, _stride, width, Math.Min(width, lines - done), depth, panels);
            panels += GemmKernels.PanelFloats(width, depth);
        }
    }

    /// <summary>Whether a line is contiguous.</summary>
    public bool IsAlong => isAlong;

    /// <summary>Few rows of C from these lines as they are: <see cref="GemmKernels.FewRows"/>.</summary>
    public void MultiplyFewRows(
        GemmKernels kernels, int rows, float* a, int line, int lines, int first, int depth, float* c, long ldc,
        bool adds)
    {
        byte* from = _source + (line * _stride) + (first * _size);
        kernels.FewRows(rows, a, dtype, from, _stride, lines, depth, c, ldc, adds);
    }
}
