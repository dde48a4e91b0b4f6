using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>Some rows of C and some of the shared dimension: what is computed between two meetings of the workers.</summary>
/// <remarks>
/// Packed A holds, for each block of the shared dimension, the panels of all rows. A tile at the right edge of C is
/// computed whole beside C, and its valid columns are copied; one at the lower edge runs a kernel of fewer rows.
/// </remarks>
internal unsafe struct GemmBlock
{
    /// <summary>Columns of B that a worker packs at a time: 768 KB at the longest depth, of 1 MB second-level cache.</summary>
    public const int BlockColumns = 384;

    /// <summary>Panels of A that one piece of packing makes: 96 rows, whole cache lines where A is transposed.</summary>
    private const int PanelsPerPiece = 8;

    /// <summary>Up to so many panels of A, each panel of B is used at once while it is in the first-level cache.</summary>
    private const int FewPanels = 2;

    private const int MostTileFloats = GemmTile512.Rows * GemmTile512.Columns;

    public GemmProblem Problem;
    public GemmKernels Kernels;

    /// <summary>Rows of C: the first and how many.</summary>
    public int FirstRow, Rows;

    /// <summary>The shared dimension: the first, the one after the last, and the length of a block of it.</summary>
    public int First, End, Depth;

    /// <summary>Shared by all workers.</summary>
    public float* PackedA;

    /// <summary>For packed B, <see cref="ScratchFloats"/> for each worker.</summary>
    public float* Scratch;

    /// <summary>Pieces into which rows and columns of C are cut.</summary>
    public int RowPieces, ColumnPieces;

    /// <summary>Floats that a worker needs for packed B.</summary>
    public static long ScratchFloats(int depth) => BlockColumns * ((long)depth + GemmKernels.Spill);

    /// <summary>Floats that packed A takes.</summary>
    public static long PackedFloats(GemmKernels kernels, int rows, int depth, int blocks) =>
        blocks * (long)Blocks(rows, kernels.Rows) * GemmKernels.PanelFloats(kernels.Rows, depth);

    /// <summary>How many blocks of <paramref name="size"/> cover <paramref name="count"/>.</summary>
    public static int Blocks(int count, int size) => (count + size - 1) / size;

    /// <summary>Computes the block with all workers.</summary>
    public readonly void Run(Workers workers)
    {
        var packing = new PackJob { Block = this };
        workers.ForEach(Blocks(RowPanels, PanelsPerPiece), ref packing);
        var tiling = new TileJob { Block = this };
        workers.ForEach(RowPieces * ColumnPieces, ref tiling);
    }

    /// <summary>Computes the block with the calling thread alone.</summary>
    public readonly void Run()
    {
        for (int piece = 0; piece < Blocks(RowPanels, PanelsPerPiece); piece++)
        {
            Pack(piece);
        }

        for (int piece = 0; piece < RowPieces * ColumnPieces; piece++)
        {
            Multiply(piece, Scratch);
        }
    }

    private readonly int RowPanels => Blocks(Rows, Kernels.Rows);

    /// <summary>Panel of A for a block of the shared dimension that begins at <paramref name="first"/>.</summary>
    private readonly float* PanelOfA(int panel, int first)
    {
        long whole = RowPanels * GemmKernels.PanelFloats(Kernels.Rows, Depth);
        return PackedA + ((first - First) / Depth * whole)
            + (panel * GemmKernels.PanelFloats(Kernels.Rows, Math.Min(Depth, End - first)));
    }

    private readonly void Pack(int piece)
    {
        int width = Kernels.Rows;
        int firstPanel = piece * PanelsPerPiece;
        int rows = Math.Min(PanelsPerPiece * width, Rows - (firstPanel * width));
        int row = FirstRow + (firstPanel * width);
        long size = Problem.AType.Size();
        long stride = Problem.Lda * size;
        for (int first = First; first < End; first += Depth)
        {
            int depth = Math.Min(Depth, End - first);
            if (Problem.Form == MatMulForm.TN)
            {
                byte* source = Problem.A + (first * stride) + (row * size);
                Kernels.PackAcross(Problem.AType, source, stride, width, rows, depth, PanelOfA(firstPanel, first));
                continue;
            }

            for (int done = 0; done < rows; done += width)
            {
                byte* source = Problem.A + ((row + done) * stride) + (first * size);
                float* target = PanelOfA(firstPanel + (done / width), first);
                Kernels.PackAlong(Problem.AType, source, stride, width, Math.Min(width, rows - done), depth, target);
            }
        }
    }

    private readonly void Multiply(int piece, float* scratch)
    {
        int columnPanels = Blocks(Problem.N, Kernels.Columns);
        (int firstPanel, int endPanel) = Part(columnPanels, ColumnPieces, piece % ColumnPieces);
        (int firstRowPanel, int endRowPanel) = Part(RowPanels, RowPieces, piece / ColumnPieces);
        int end = Math.Min(Problem.N, endPanel * Kernels.Columns);
        int columns = endRowPanel - firstRowPanel <= FewPanels ? Kernels.Columns : BlockColumns;
        for (int column = firstPanel * Kernels.Columns; column < end; column += columns)
        {
            int width = Math.Min(columns, end - column);
            for (int first = First; first < End; first += Depth)
            {
                PackB(column, width, first, scratch);
                Multiply(firstRowPanel, endRowPanel, column, width, first, scratch);
            }
        }
    }

    private readonly void PackB(int column, int columns, int first, float* target)
    {
        int width = Kernels.Columns;
        int depth = Math.Min(Depth, End - first);
        long size = Problem.BType.Size();
        long stride = Problem.Ldb * size;
        if (Problem.Form != MatMulForm.NT)
        {
            byte* across = Problem.B + (first * stride) + (column * size);
            Kernels.PackAcross(Problem.BType, across, stride, width, columns, depth, target);
            return;
        }

        for (int done = 0; done < columns; done += width)
        {
            byte* source = Problem.B + ((column + done) * stride) + (first * size);
            Kernels.PackAlong(Problem.BType, source, stride, width, Math.Min(width, columns - done), depth, target);
            target += GemmKernels.PanelFloats(width, depth);
        }
    }

    private readonly void Multiply(
        int firstPanel, int endPanel, int column, int columns, int first, float* packedB)
    {
        float* edge = stackalloc float[MostTileFloats];
        int depth = Math.Min(Depth, End - first);
        bool adds = Problem.Adds || first > 0;
        long step = GemmKernels.PanelFloats(Kernels.Columns, depth);
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            float* a = PanelOfA(panel, first);
            float* b = packedB;
            int rows = Math.Min(Kernels.Rows, Rows - (panel * Kernels.Rows));
            float* c = Problem.C + ((FirstRow + ((long)panel * Kernels.Rows)) * Problem.Ldc) + column;
            for (int left = columns; left > 0; left -= Kernels.Columns)
            {
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
