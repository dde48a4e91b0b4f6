using System.Runtime.InteropServices;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>Matrix product in float32: packed, blocked for the caches, on a team of workers. See docs/kernels.md.</summary>
/// <remarks>
/// <para>
/// The shared dimension is cut into blocks by its length alone (<see cref="BlockDepth"/>). Within a block a tile of C
/// sums products in ascending k in registers; blocks are added to C in order. So an element of C depends on nothing but
/// its row of A and its column of B: not on M or N, on its place, or on the number of threads.
/// </para>
/// <para>
/// Packing: A once, by all workers, into memory they share. B by each worker, for the columns it computes, in blocks of
/// three quarters of the second-level cache. A panel of A then stays in the first-level cache while panels of B stream
/// past it.
/// </para>
/// </remarks>
internal static unsafe class Gemm
{
    /// <summary>The longest block of the shared dimension: a panel of 12 rows is 24 KB, half the first-level cache.</summary>
    private const int MaxDepth = 512;

    /// <summary>Floats of A that are packed at a time, 16 MB, unless a single block of the shared dimension is more.</summary>
    private const long SharedFloats = 4 << 20;

    /// <summary>Rows of A packed at a time. B is packed again for each such block, a hundredth of its work.</summary>
    private const int BlockRows = 4080;

    /// <summary>Rows of a piece where the columns alone do not occupy the workers.</summary>
    private const int PieceRows = 1020;

    /// <summary>Pieces for each worker, so that one that is held up leaves its share to the others.</summary>
    private const int PiecesPerWorker = 4;

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

        GemmBlock block = Plan(problem, kernels ?? GemmKernels.Best, workers.Threads);
        Storage packed = memory.Rent(PowerOfTwo(PackedFloats(block) * sizeof(float)));
        Storage scratch = memory.Rent(workers.Threads * GemmBlock.ScratchFloats(MaxDepth) * sizeof(float));
        block.PackedA = (float*)packed.Pointer;
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
        packed.Release();
    }

    /// <summary>Rents what <see cref="Multiply"/> would, and gives it back: for a backend that only counts.</summary>
    public static void CountScratch(MemoryPool memory, int threads, int m, int n, int k)
    {
        if (m == 0 || n == 0 || k == 0)
        {
            return;
        }

        var problem = new GemmProblem(null, null, null, m, n, k, MatMulForm.NT);
        GemmBlock block = Plan(problem, GemmKernels.Best, threads);
        Storage packed = memory.Rent(PowerOfTwo(PackedFloats(block) * sizeof(float)));
        memory.Rent(threads * GemmBlock.ScratchFloats(MaxDepth) * sizeof(float)).Release();
        packed.Release();
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

        GemmBlock block = Plan(problem, GemmKernels.Best, threads: 1);
        (block.Rows, block.End) = (problem.M, problem.K);
        block.PackedA = scratch + GemmBlock.ScratchFloats(MaxDepth);
        block.Scratch = scratch;
        block.Run();
    }

    /// <summary>Floats of scratch that <see cref="Serial"/> needs for a product with M rows and depth K.</summary>
    public static long SerialFloats(int m, int k)
    {
        int depth = BlockDepth(k);
        return GemmBlock.ScratchFloats(MaxDepth)
            + GemmBlock.PackedFloats(GemmKernels.Best, m, depth, GemmBlock.Blocks(k, depth));
    }

    /// <summary>Length of the blocks into which a shared dimension of length <paramref name="k"/> is cut, at least 1.</summary>
    public static int BlockDepth(int k)
    {
        int blocks = Math.Max(1, GemmBlock.Blocks(k, MaxDepth));
        return Math.Max(1, GemmBlock.Blocks(GemmBlock.Blocks(k, blocks), 16)) * 16;
    }

    /// <summary>The first block of a product; <c>Rows</c> and <c>End</c> are how far each block reaches.</summary>
    private static GemmBlock Plan(in GemmProblem problem, GemmKernels kernels, int threads)
    {
        int rows = Math.Min(problem.M, BlockRows);
        int depth = BlockDepth(problem.K);
        long panels = GemmBlock.PackedFloats(kernels, rows, depth, blocks: 1);
        int blocks = (int)Math.Clamp(SharedFloats / panels, 1, GemmBlock.Blocks(problem.K, depth));
        int columnPanels = GemmBlock.Blocks(problem.N, kernels.Columns);
        int wanted = threads == 1 ? 1 : PiecesPerWorker * threads;
        int columnPieces = threads == 1
            ? 1
            : Math.Min(columnPanels, Math.Max(wanted, GemmBlock.Blocks(problem.N, GemmBlock.BlockColumns)));
        return new GemmBlock
        {
            Problem = problem,
            Kernels = kernels,
            Rows = rows,
            End = blocks * depth,
            Depth = depth,
            ColumnPieces = columnPieces,
            RowPieces = Math.Min(GemmBlock.Blocks(rows, PieceRows), GemmBlock.Blocks(wanted, columnPieces)),
        };
    }

    private static long PackedFloats(in GemmBlock block) =>
        GemmBlock.PackedFloats(block.Kernels, block.Rows, block.Depth, GemmBlock.Blocks(block.End, block.Depth));

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
