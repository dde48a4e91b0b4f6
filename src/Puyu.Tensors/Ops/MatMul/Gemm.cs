using System.Runtime.InteropServices;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>Matrix product in float32: packed, blocked for the caches, on a team of workers; docs/kernels.md.</summary>
/// <remarks>
/// <para>
/// The shared dimension is cut into blocks by its length alone (<see cref="BlockDepth"/>). Within a block a tile of C
/// sums products in ascending k in registers; blocks are added to C in order. So an element of C depends on nothing but
/// its row of A and its column of B: not on M or N, on its place, or on the number of threads.
/// </para>
/// <para>
/// Packing: see <see cref="GemmBlock"/>. A panel of A stays in the first-level cache while panels of B stream past it
/// from the second-level cache.
/// </para>
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>The longest block of the shared dimension: 12 rows are 24 KB, half the first-level cache.</summary>
    private const int MaxDepth = 512;

    /// <summary>Floats packed for all workers at a time, 4 MB, unless one block in depth is more.</summary>
    private const long SharedFloats = 1 << 20;

    /// <summary>Rows of A packed at a time. B is packed again for each such block, a hundredth of its work.</summary>
    private const int BlockRows = 4080;

    /// <summary>Rows of a piece where the columns alone do not occupy the workers.</summary>
    private const int PieceRows = 1020;

    /// <summary>Computes a product on all workers.</summary>
    /// <param name="workers">Who computes.</param>
    /// <param name="memory">Lends the packing buffers.</param>
    /// <param name="problem">The operands. K = 0 gives zeros, or leaves C as it is where it is added to.</param>
    /// <param name="kernels">Innermost loops; the widest that the processor runs if null.</param>
    public static void Multiply(
        Workers workers, MemoryPool memory, in GemmProblem problem, GemmKernels? kernels = null)
    {
        if (ClearIfEmpty(problem))
        {
            return;
        }

        kernels ??= GemmKernels.Best;
        bool isNarrow = problem.N <= GemmBlock.BlockColumns && problem.M > GemmBlock.FewPanels * kernels.Rows;
        GemmBlock block = Plan(problem, kernels, workers.Threads, isNarrow);
        long lineFloats = isNarrow
            ? GemmBlock.PackedFloats(problem.N, kernels.Columns, block.Depth)
            : GemmBlock.PackedFloats(block.Rows, kernels.Rows, block.Depth);
        long packedFloats = lineFloats * GemmBlock.Blocks(block.End, block.Depth);
        Storage shared = memory.RentScratch(PowerOfTwo(packedFloats * sizeof(float)));
        Storage scratch = memory.RentScratch(workers.Threads * GemmBlock.ScratchFloats(MaxDepth) * sizeof(float));
        block.Shared = (float*)shared.Pointer;
        block.Scratch = (float*)scratch.Pointer;
        int rows = block.Rows;
        int depth = block.End;
        for (int firstRow = 0; firstRow < problem.M; firstRow += rows)
        {
            (block.FirstRow, block.Rows) = (firstRow, Math.Min(rows, problem.M - firstRow));
            for (int first = 0; first < problem.K; first += depth)
            {
                (block.First, block.End) = (first, Math.Min(problem.K, first + depth));
                block.Run(workers);
            }
        }

        scratch.Release();
        shared.Release();
    }

    /// <summary>Computes a product on the calling thread, to be used inside a piece of a job.</summary>
    /// <param name="problem">The operands; a small problem, since all of A is packed at once.</param>
    /// <param name="scratch">At least <see cref="SerialFloats"/> floats, 64-byte aligned.</param>
    public static void Serial(in GemmProblem problem, float* scratch)
    {
        if (ClearIfEmpty(problem))
        {
            return;
        }

        GemmBlock block = Plan(problem, GemmKernels.Best, threads: 1, isNarrow: false);
        (block.Rows, block.End) = (problem.M, problem.K);
        block.Shared = scratch + GemmBlock.ScratchFloats(MaxDepth);
        block.Scratch = scratch;
        block.Run();
    }

    /// <summary>Floats of scratch that <see cref="Serial"/> needs for a product with M rows and depth K.</summary>
    public static long SerialFloats(int m, int k)
    {
        int depth = BlockDepth(k);
        return GemmBlock.ScratchFloats(MaxDepth)
            + (GemmBlock.Blocks(k, depth) * GemmBlock.PackedFloats(m, GemmKernels.Best.Rows, depth));
    }

    /// <summary>Length of the blocks into which the shared dimension is cut; a multiple of 16.</summary>
    public static int BlockDepth(int k)
    {
        int blocks = Math.Max(1, GemmBlock.Blocks(k, MaxDepth));
        return Math.Max(1, GemmBlock.Blocks(GemmBlock.Blocks(k, blocks), 16)) * 16;
    }

    /// <summary>The first block of a product; <c>Rows</c> and <c>End</c> are how far each block reaches.</summary>
    private static GemmBlock Plan(in GemmProblem problem, GemmKernels kernels, int threads, bool isNarrow)
    {
        int rows = isNarrow ? problem.M : Math.Min(problem.M, BlockRows);
        int depth = BlockDepth(problem.K);
        long packed = isNarrow
            ? GemmBlock.PackedFloats(problem.N, kernels.Columns, depth)
            : GemmBlock.PackedFloats(rows, kernels.Rows, depth);
        int blocks = (int)Math.Clamp(SharedFloats / packed, 1, GemmBlock.Blocks(problem.K, depth));
        (int rowPieces, int columnPieces) = isNarrow
            ? (NarrowPieces(GemmBlock.Blocks(rows, kernels.Rows), threads), 1)
            : WidePieces(rows, GemmBlock.Blocks(problem.N, kernels.Columns), problem.N, threads);
        return new GemmBlock
        {
            Problem = problem,
            Kernels = kernels,
            A = new GemmOperand(
                problem.A, problem.AType, problem.Lda, isAlong: problem.Form != MatMulForm.TN, kernels.Rows),
            B = new GemmOperand(
                problem.B, problem.BType, problem.Ldb, isAlong: problem.Form == MatMulForm.NT, kernels.Columns),
            IsNarrow = isNarrow,
            Rows = rows,
            End = blocks * depth,
            Depth = depth,
            RowPieces = rowPieces,
            ColumnPieces = columnPieces,
        };
    }

    /// <summary>Pieces of whole groups of panels, several for each worker where there are so many.</summary>
    private static int NarrowPieces(int rowPanels, int threads) =>
        Math.Min(rowPanels, Math.Max(GemmBlock.Blocks(rowPanels, GemmBlock.PanelsPerPiece), threads));

    /// <summary>
    /// As few pieces as fill the second-level cache, but as many for each worker: every piece reads all of A again, and
    /// one piece more than the workers can share evenly leaves a worker waiting.
    /// </summary>
    private static (int RowPieces, int ColumnPieces) WidePieces(int rows, int columnPanels, int columns, int threads)
    {
        if (threads == 1)
        {
            return (1, 1);
        }

        int blocks = GemmBlock.Blocks(columns, GemmBlock.BlockColumns);
        int columnPieces = Math.Min(columnPanels, GemmBlock.Blocks(blocks, threads) * threads);
        return (Math.Min(GemmBlock.Blocks(rows, PieceRows), GemmBlock.Blocks(threads, columnPieces)), columnPieces);
    }

    /// <summary>Few sizes of buffers, so that products of many shapes share them.</summary>
    private static long PowerOfTwo(long bytes) =>
        Math.Max(1 << 20, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes));

    private static bool ClearIfEmpty(in GemmProblem problem)
    {
        for (int row = 0; row < problem.M && problem.K == 0 && !problem.Adds; row++)
        {
            NativeMemory.Clear(problem.C + (row * problem.Ldc), (nuint)problem.N * sizeof(float));
        }

        return problem.M == 0 || problem.N == 0 || problem.K == 0;
    }
}
