using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>Some rows of C and some of the shared dimension: what is computed in one go of the workers.</summary>
/// <remarks>
/// Two ways. Wide C: the workers pack A for all to read; then each packs B for the columns it computes. Narrow C, as in
/// models of small hidden size, would use packed A too seldom: there the workers pack B for all, and each packs A for
/// the rows it computes. A tile at the right edge of C is computed whole beside C, and its valid columns are copied;
/// one at the lower edge runs a kernel of fewer rows.
/// </remarks>
internal unsafe struct GemmBlock
{
    /// <summary>Columns of B that a worker packs at a time: 768 KB of 1 MB second-level cache.</summary>
    public const int BlockColumns = 384;

    /// <summary>Panels packed in one go: of A 96 rows, whole cache lines where A is transposed.</summary>
    public const int PanelsPerPiece = 8;

    /// <summary>Up to so many panels of A, each panel of B is used as soon as it is packed.</summary>
    public const int FewPanels = 2;

    private const int FloatsOfLine = 16;
    private const int MostTileFloats = GemmTile512.Rows * GemmTile512.Columns;

    public GemmProblem Problem;
    public GemmKernels Kernels;
    public GemmOperand A;
    public GemmOperand B;

    /// <summary>Whether B is packed for all workers, and A by each.</summary>
    public bool IsNarrow;

    /// <summary>Rows of C: the first and how many.</summary>
    public int FirstRow;
    public int Rows;

    /// <summary>The shared dimension: the first, the one after the last, and the length of a block of it.</summary>
    public int First;
    public int End;
    public int Depth;

    /// <summary>Panels that all workers read: for each block of the shared dimension those of all lines.</summary>
    public float* Shared;

    /// <summary>Panels of one worker, <see cref="ScratchFloats"/> for each.</summary>
    public float* Scratch;

    /// <summary>Pieces into which rows of C are cut.</summary>
    public int RowPieces;

    /// <summary>Pieces into which columns of C are cut.</summary>
    public int ColumnPieces;

    /// <summary>Floats that a worker needs for panels of its own.</summary>
    public static long ScratchFloats(int depth) => BlockColumns * ((long)depth + GemmKernels.Spill);

    /// <summary>Floats that the panels of all lines take for one block of the shared dimension.</summary>
    public static long PackedFloats(int lines, int width, int depth) =>
        Blocks(lines, width) * GemmKernels.PanelFloats(width, depth);

    /// <summary>How many blocks of <paramref name="size"/> cover <paramref name="count"/>.</summary>
    public static int Blocks(int count, int size) => (count + size - 1) / size;

    /// <summary>Computes the block with all workers.</summary>
    public readonly void Run(Workers workers)
    {
        var packing = new PackJob { Block = this };
        workers.ForEach(PackPieces, ref packing);
        var tiling = new TileJob { Block = this };
        workers.ForEach(RowPieces * ColumnPieces, ref tiling);
    }

    /// <summary>Computes the block with the calling thread alone.</summary>
    public readonly void Run()
    {
        for (int piece = 0; piece < PackPieces; piece++)
        {
            Pack(piece);
        }

        for (int piece = 0; piece < RowPieces * ColumnPieces; piece++)
        {
            Multiply(piece, Scratch);
        }
    }

    private readonly int RowPanels => Blocks(Rows, Kernels.Rows);

    private readonly int SharedLines => IsNarrow ? Problem.N : Rows;

    private readonly int SharedWidth => IsNarrow ? Kernels.Columns : Kernels.Rows;

    private readonly int PackPieces =>
        Blocks(End - First, Depth) * Blocks(SharedLines, PanelsPerPiece * SharedWidth);

    /// <summary>A shared panel for the block of the shared dimension that begins at <paramref name="first"/>.</summary>
    private readonly float* SharedPanel(int panel, int first) =>
        Shared + ((first - First) / Depth * PackedFloats(SharedLines, SharedWidth, Depth))
            + (panel * GemmKernels.PanelFloats(SharedWidth, DepthAt(first)));

    private readonly int DepthAt(int first) => Math.Min(Depth, End - first);

    private readonly void Pack(int piece)
    {
        int pieceLines = PanelsPerPiece * SharedWidth;
        int pieces = Blocks(SharedLines, pieceLines);
        int first = First + (piece / pieces * Depth);
        int line = piece % pieces * pieceLines;
        int lines = Math.Min(pieceLines, SharedLines - line);
        float* panels = SharedPanel(line / SharedWidth, first);
        if (IsNarrow)
        {
            B.Pack(Kernels, line, lines, first, DepthAt(first), panels);
        }
        else
        {
            A.Pack(Kernels, FirstRow + line, lines, first, DepthAt(first), panels);
        }
    }

    private readonly void Multiply(int piece, float* scratch)
    {
        (int firstPanel, int endPanel) = Part(RowPanels, RowPieces, piece / ColumnPieces);
        if (IsNarrow)
        {
            MultiplyRows(firstPanel, endPanel, scratch);
            return;
        }

        (int firstColumn, int endColumn) = Part(Blocks(Problem.N, Kernels.Columns), ColumnPieces, piece % ColumnPieces);
        endColumn = Math.Min(Problem.N, endColumn * Kernels.Columns);
        MultiplyColumns(firstPanel, endPanel, firstColumn * Kernels.Columns, endColumn, scratch);
    }

    /// <summary>Packs B for some columns at a time, and multiplies shared panels of A with it.</summary>
    private readonly void MultiplyColumns(int firstPanel, int endPanel, int column, int end, float* scratch)
    {
        if (B.IsAlong && Rows <= Kernels.MostFewRows)
        {
            MultiplyFewRows(column, end);
            return;
        }

        int columnsAtOnce = endPanel - firstPanel <= FewPanels ? Kernels.Columns : BlockColumns;
        for (; column < end; column += columnsAtOnce)
        {
            int columns = Math.Min(columnsAtOnce, end - column);
            for (int first = First; first < End; first += Depth)
            {
                B.Pack(Kernels, column, columns, first, DepthAt(first), scratch);
                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    float* next = SharedPanel(Math.Min(panel + 1, endPanel - 1), first);
                    TileRow(panel, SharedPanel(panel, first), column, columns, scratch, first, next);
                }
            }
        }
    }

    /// <summary>Reads B as it is, each line to its end, since the memory's pace is all that counts.</summary>
    private readonly void MultiplyFewRows(int column, int end)
    {
        float* edge = stackalloc float[MostTileFloats];
        for (; column < end; column += Kernels.Columns)
        {
            int columns = Math.Min(Kernels.Columns, end - column);
            float* c = Problem.C + (FirstRow * Problem.Ldc) + column;
            for (int first = First; first < End; first += Depth)
            {
                bool adds = Problem.Adds || first > 0;
                float* a = SharedPanel(0, first);
                if (columns == Kernels.Columns)
                {
                    B.MultiplyFewRows(Kernels, Rows, a, column, columns, first, DepthAt(first), c, Problem.Ldc, adds);
                    continue;
                }

                B.MultiplyFewRows(
                    Kernels, Rows, a, column, columns, first, DepthAt(first), edge, Kernels.Columns, adds: false);
                CopyEdge(edge, Rows, columns, c, adds);
            }
        }
    }

    /// <summary>Packs A for some rows at a time, and multiplies them with the shared panels of all of B.</summary>
    private readonly void MultiplyRows(int firstPanel, int endPanel, float* scratch)
    {
        for (int first = First; first < End; first += Depth)
        {
            int depth = DepthAt(first);
            long step = GemmKernels.PanelFloats(Kernels.Rows, depth);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                int packed = (panel - firstPanel) % PanelsPerPiece;
                if (packed == 0)
                {
                    int row = panel * Kernels.Rows;
                    int rows = Math.Min(Rows, Math.Min(endPanel, panel + PanelsPerPiece) * Kernels.Rows) - row;
                    A.Pack(Kernels, FirstRow + row, rows, first, depth, scratch);
                }

                float* a = scratch + (packed * step);
                TileRow(panel, a, column: 0, Problem.N, SharedPanel(0, first), first, next: a + step);
            }
        }
    }

    /// <summary>Multiplies a panel of A with neighbouring panels of B.</summary>
    private readonly void TileRow(int panel, float* a, int column, int columns, float* b, int first, float* next)
    {
        float* edge = stackalloc float[MostTileFloats];
        int depth = DepthAt(first);
        int rows = Math.Min(Kernels.Rows, Rows - (panel * Kernels.Rows));
        int share = Blocks(Kernels.Rows * depth, Blocks(columns, Kernels.Columns));
        bool adds = Problem.Adds || first > 0;
        long step = GemmKernels.PanelFloats(Kernels.Columns, depth);
        float* c = Problem.C + ((FirstRow + ((long)panel * Kernels.Rows)) * Problem.Ldc) + column;
        for (int left = columns; left > 0; left -= Kernels.Columns)
        {
            Prefetch(next, share);
            next += share;
            if (left >= Kernels.Columns)
            {
                Kernels.Tile(rows, a, b, depth, c, Problem.Ldc, adds);
            }
            else
            {
                Kernels.Tile(rows, a, b, depth, edge, Kernels.Columns, adds: false);
                CopyEdge(edge, rows, left, c, adds);
            }

            b += step;
            c += Kernels.Columns;
        }
    }

    /// <summary>
    /// Asks for a part of the next panel of A. It comes from memory that all workers share and is first read at the
    /// pace of the tile, too slowly for the processor to see a stream.
    /// </summary>
    private static void Prefetch(float* from, int floats)
    {
        if (Sse.IsSupported)
        {
            for (int i = 0; i < floats; i += FloatsOfLine)
            {
                Sse.Prefetch1(from + i);
            }
        }
    }

    private readonly void CopyEdge(float* edge, int rows, int columns, float* c, bool adds)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                c[column] = adds ? edge[column] + c[column] : edge[column];
            }

            edge += Kernels.Columns;
            c += Problem.Ldc;
        }
    }

    /// <summary>The share of one of <paramref name="parts"/>: shares differ by one at most.</summary>
    private static (int First, int End) Part(int count, int parts, int part) =>
        ((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));

    private struct PackJob : IJob
    {
        public GemmBlock Block;

        public readonly void Execute(int piece, int worker) => Block.Pack(piece);
    }

    private struct TileJob : IJob
    {
        public GemmBlock Block;

        public readonly void Execute(int piece, int worker) =>
            Block.Multiply(piece, Block.Scratch + (worker * ScratchFloats(Block.Depth)));
    }
}
