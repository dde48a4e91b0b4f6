using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>
/// The innermost loops of the matrix product for one width of vectors: the product of a panel of A and a panel of B,
/// and the packing of panels.
/// </summary>
/// <remarks>
/// A panel of width W holds W rows of A (or columns of B) as [k, W], so step k of the product reads consecutive floats.
/// Packing may write up to <see cref="Spill"/> floats beyond a panel; <see cref="PanelFloats"/> leaves room.
/// </remarks>
internal abstract unsafe class GemmKernels
{
    /// <summary>Floats that packing may write beyond the last element of a panel.</summary>
    public const int Spill = 16;

    private protected GemmKernels()
    {
    }

    /// <summary>The widest kernels that this processor runs.</summary>
    public static GemmKernels Best { get; } = Supported().First();

    /// <summary>Name in test and benchmark tables.</summary>
    public abstract string Name { get; }

    /// <summary>Rows of C in one tile.</summary>
    public abstract int Rows { get; }

    /// <summary>Columns of C in one tile.</summary>
    public abstract int Columns { get; }

    /// <summary>All kernels that this processor runs, the widest first.</summary>
    public static IEnumerable<GemmKernels> Supported()
    {
        if (Avx512F.IsSupported && Avx512BW.IsSupported)
        {
            yield return new GemmKernels512();
        }

        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
        {
            yield return new GemmKernels256();
        }

        yield return new GemmKernels128();
    }

    /// <summary>Distance between consecutive panels of <paramref name="width"/>.</summary>
    public static long PanelFloats(int width, int k) => ((long)width * k) + Spill;

    /// <summary>Computes a tile of C: <c>C[i, j] (+)= Σₖ a[k, i] · b[k, j]</c>, k in ascending order.</summary>
    /// <param name="rows">Rows of the tile, 1 to <see cref="Rows"/>; all columns are computed.</param>
    /// <param name="a">Panel of A. Shape [k, <see cref="Rows"/>].</param>
    /// <param name="b">Panel of B. Shape [k, <see cref="Columns"/>].</param>
    /// <param name="k">Length of the shared dimension.</param>
    /// <param name="c">First element of the tile.</param>
    /// <param name="ldc">Distance between rows of C.</param>
    /// <param name="adds">Whether the tile is added to instead of overwritten.</param>
    public abstract void Tile(int rows, float* a, float* b, int k, float* c, long ldc, bool adds);

    /// <summary>Packs a panel whose source is contiguous along k.</summary>
    /// <param name="dtype">Storage type of the source.</param>
    /// <param name="source">Element (0, 0). Shape [<paramref name="valid"/>, k].</param>
    /// <param name="stride">Bytes between rows of the source.</param>
    /// <param name="width">Width of the panel.</param>
    /// <param name="valid">Rows that exist, at least 1; the others get numbers that nobody uses.</param>
    /// <param name="k">Length of the panel.</param>
    /// <param name="panel">Overwritten. Shape [k, <paramref name="width"/>].</param>
    public abstract void PackAlong(DType dtype, byte* source, long stride, int width, int valid, int k, float* panel);

    /// <summary>Packs neighbouring panels whose source is contiguous across them.</summary>
    /// <param name="dtype">Storage type of the source.</param>
    /// <param name="source">Element (0, 0). Shape [k, <paramref name="valid"/>].</param>
    /// <param name="stride">Bytes between rows of the source.</param>
    /// <param name="width">Width of a panel.</param>
    /// <param name="valid">Columns that exist, at least 1; the rest of the last panel is filled with zeros.</param>
    /// <param name="k">Length of the panels.</param>
    /// <param name="panels">Overwritten. ⌈valid / width⌉ panels, <see cref="PanelFloats"/> apart.</param>
    public abstract void PackAcross(
        DType dtype, byte* source, long stride, int width, int valid, int k, float* panels);

    /// <summary>
    /// The most rows for which <see cref="FewRows"/> serves instead of packing and <see cref="Tile"/>; 0 for none.
    /// </summary>
    public virtual int MostFewRows => 0;

    /// <summary>
    /// Computes few rows of C from a panel of A and columns of B as stored, contiguous along k; the bits of
    /// <see cref="Tile"/>.
    /// </summary>
    /// <param name="rows">Rows of C, 1 to <see cref="MostFewRows"/>.</param>
    /// <param name="a">Panel of A. Shape [k, <see cref="Rows"/>].</param>
    /// <param name="dtype">Storage type of B.</param>
    /// <param name="b">First element of the first column.</param>
    /// <param name="stride">Bytes between columns.</param>
    /// <param name="valid">Columns that exist; <see cref="Columns"/> are computed.</param>
    /// <param name="k">Length of the shared dimension.</param>
    /// <param name="c">First element of the tile.</param>
    /// <param name="ldc">Distance between rows of C.</param>
    /// <param name="adds">Whether the tile is added to instead of overwritten.</param>
    public virtual void FewRows(
        int rows, float* a, DType dtype, byte* b, long stride, int valid, int k, float* c, long ldc, bool adds) =>
        throw new NotSupportedException($"{Name} has no kernel for few rows");
}
