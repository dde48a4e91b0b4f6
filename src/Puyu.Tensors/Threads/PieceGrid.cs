namespace Puyu.Tensors.Threads;

/// <summary>
/// A range of elements cut into pieces. The cut depends on the range alone, never on the number of threads, so partial
/// results combined in piece order are the same on every machine.
/// </summary>
/// <param name="count">Elements of the range.</param>
/// <param name="pieceLength">Elements of a piece; the last may have fewer. At least 1.</param>
internal readonly struct PieceGrid(long count, long pieceLength)
{
    /// <summary>Elements of one piece of an element-wise op: three operands of it fit the second-level cache.</summary>
    public const int ElementWiseLength = 32 * 1024;

    /// <summary>The most pieces of a <see cref="Reduction"/>: their partial results fit the stack.</summary>
    public const int MaxPartials = 256;

    /// <summary>Number of pieces.</summary>
    public int Pieces => (int)((count + pieceLength - 1) / pieceLength);

    /// <summary>The grid of an op that treats elements one by one.</summary>
    public static PieceGrid ElementWise(long count) => new(count, ElementWiseLength);

    /// <summary>The grid of an op that treats rows of <paramref name="width"/> elements one by one.</summary>
    public static PieceGrid Rows(long rows, int width) =>
        new(rows, Math.Max(1, ElementWiseLength / Math.Max(1, width)));

    /// <summary>A grid of at most <see cref="MaxPartials"/> pieces, each giving one partial result.</summary>
    public static PieceGrid Reduction(long count) =>
        new(count, Math.Max(ElementWiseLength, (count + MaxPartials - 1) / MaxPartials));

    /// <summary>Index of the first element of a piece.</summary>
    public long First(int piece) => piece * pieceLength;

    /// <summary>Elements of a piece.</summary>
    public long Length(int piece) => Math.Min(pieceLength, count - First(piece));
}
