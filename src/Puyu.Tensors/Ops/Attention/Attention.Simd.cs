using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// <see cref="AttentionReference"/>, which states the equations, over tiles with queries as lanes: Milakov's and Dao's
/// online softmax (2018, arXiv:1805.02867; 2022, arXiv:2205.14135), transposed.
/// </summary>
/// <remarks>
/// <para>
/// A tile of scores is Sᵀ = K Qᵀ [keys, lanes] and the result of a tile of queries is Oᵀ += Vᵀ Pᵀ [E, lanes]: queries
/// are transposed once when a tile begins, results once when it ends, keys and values never. Maxima and sums over keys
/// are vertical. All products are <see cref="TileProduct"/>s, which says the register budget.
/// </para>
/// <para>
/// Packing: keys and values are copied into tiles of 64 rows, since rows of the projection are kilobytes apart. Padding:
/// E to 16 and keys to 8 with zeros, lanes to 16 with zeros.
/// </para>
/// </remarks>
internal static unsafe partial class AttentionSimd
{
    /// <summary>See <see cref="AttentionReference.Forward"/>.</summary>
    public static void Forward(CpuBackend backend, in AttentionInput input, Tensor y, Tensor? logSumExp)
    {
        _ = input.Boundaries();
        float* qkv = input.Qkv.Pointer<float>();
        int* cuSeqLens = input.CuSeqLens.Pointer<int>();
        Forward(backend, input, y, logSumExp, new ProjectedKeyValues(qkv, cuSeqLens, input.Layout));
    }

    /// <summary>Bytes of scratch memory of forward.</summary>
    public static long ForwardScratchBytes(int threads, int headDim) =>
        threads * ForwardScratch.Floats(headDim) * sizeof(float);

    /// <summary>The same with keys and values from anywhere.</summary>
    public static void Forward<TKeyValues>(
        CpuBackend backend, in AttentionInput input, Tensor y, Tensor? logSumExp, TKeyValues keyValues)
        where TKeyValues : struct, IKeyValueRows
    {
        long scratchFloats = ForwardScratch.Floats(input.Layout.HeadDim);
        Storage scratch = backend.Memory.Rent(ForwardScratchBytes(backend.Threads, input.Layout.HeadDim));
        var job = new ForwardJob<TKeyValues>
        {
            KeyValues = keyValues,
            Scratch = (float*)scratch.Pointer,
            ScratchFloats = scratchFloats,
            Qkv = input.Qkv.Pointer<float>(),
            CuSeqLens = input.CuSeqLens.Pointer<int>(),
            Layout = input.Layout,
            Y = y.OverwritePointer<float>(),
            LogSumExp = logSumExp is null ? null : logSumExp.OverwritePointer<float>(),
            Rows = input.Rows,
        };
        backend.Workers.ForEach(AttentionPiece.Count(job.CuSeqLens, input.Sequences, input.Layout), ref job);
        scratch.Release();
    }

    /// <summary>One tile of queries.</summary>
    private struct ForwardJob<TKeyValues> : IJob
        where TKeyValues : struct, IKeyValueRows
    {
        public TKeyValues KeyValues;
        public float* Scratch;
        public long ScratchFloats;
        public float* Qkv;
        public int* CuSeqLens;
        public QkvLayout Layout;
        public float* Y;
        public float* LogSumExp;
        public int Rows;

        public readonly void Execute(int piece, int worker)
        {
            AttentionPiece where = AttentionPiece.Find(piece, CuSeqLens, Layout);
            Range rows = CuSeqLens[where.Sequence]..CuSeqLens[where.Sequence + 1];
            int context = KeyValues.FirstPosition(where.Sequence, rows.End.Value - rows.Start.Value);
            ForwardScratch scratch = ForwardScratch.Carve(Scratch + (worker * ScratchFloats), Layout.HeadDim);
            LaneTile tile = LaneTile.Begin(where, rows, context, Layout, scratch.Tile);
            tile.Transpose(Qkv, tile.QueryOffsets, Layout.HeadDim, 1 / MathF.Sqrt(Layout.HeadDim), scratch.Queries);
            new Span<float>(scratch.Maximum, tile.Lanes).Fill(float.NegativeInfinity);
            new Span<float>(scratch.Sum, tile.Lanes).Clear();
            for (int first = 0; first <= tile.LastPosition; first += AttentionTiles.Keys)
            {
                int keys = Math.Min(AttentionTiles.Keys, tile.LastPosition + 1 - first);
                KeyValues.Load(where, first, keys, scratch.KeyValues);
                Attend(tile, first, keys, scratch);
            }

            Finish(tile, scratch);
        }

        private readonly void Attend(in LaneTile tile, int firstKey, int keys, in ForwardScratch scratch)
        {
            int stride = scratch.KeyValues.Stride;
            new TileProduct
            {
                A = (float*)scratch.KeyValues.Keys,
                ARow = stride,
                AStep = 1,
                B = scratch.Queries,
                BStride = AttentionTiles.Lanes,
                C = scratch.Scores,
                CStride = AttentionTiles.Lanes,
                Rows = AttentionTiles.RoundUp(keys, TileProduct.RowUnit),
                Columns = tile.Lanes,
                Depth = Layout.HeadDim,
            }.Run();
            if (firstKey + keys - 1 > tile.FirstPosition)
            {
                TileSoftmax.MaskFuture(scratch.Scores, keys, tile.Lanes, tile.Positions, firstKey);
            }

            TileSoftmax.Update(scratch.Scores, keys, tile.Lanes, scratch.Maximum, scratch.Sum, scratch.Rescale);
            new TileProduct
            {
                A = (float*)scratch.KeyValues.Values,
                ARow = 1,
                AStep = stride,
                B = scratch.Scores,
                BStride = AttentionTiles.Lanes,
                C = scratch.Outputs,
                CStride = AttentionTiles.Lanes,
                Adds = firstKey > 0,
                Scale = firstKey > 0 ? scratch.Rescale : null,
                Rows = AttentionTiles.RoundUp(Layout.HeadDim, TileProduct.RowUnit),
                Columns = tile.Lanes,
                Depth = keys,
            }.Run();
        }

        private readonly void Finish(in LaneTile tile, in ForwardScratch scratch)
        {
            for (int lane = 0; lane < tile.Count; lane++)
            {
                if (LogSumExp != null)
                {
                    (int row, int head) = tile[lane];
                    LogSumExp[((long)head * Rows) + row] = scratch.Maximum[lane] + MathF.Log(scratch.Sum[lane]);
                }

                scratch.Rescale[lane] = 1 / scratch.Sum[lane];
            }

            tile.Scatter(scratch.Outputs, Layout.HeadDim, scratch.Rescale, Y, tile.OutputOffsets, adds: false);
        }
    }

    /// <summary>What a worker keeps while it does a tile of queries.</summary>
    private readonly struct ForwardScratch
    {
        /// <summary>[E, 64], scaled.</summary>
        public float* Queries { get; private init; }

        /// <summary>[E rounded up, 64].</summary>
        public float* Outputs { get; private init; }

        /// <summary>[64, 64].</summary>
        public float* Scores { get; private init; }

        /// <summary>[64, E rounded up].</summary>
        public KeyValueTile KeyValues { get; private init; }

        /// <summary>[64]: greatest score so far.</summary>
        public float* Maximum { get; private init; }

        /// <summary>[64]: sum of exponentials so far.</summary>
        public float* Sum { get; private init; }

        /// <summary>[64]: factor for what was summed before.</summary>
        public float* Rescale { get; private init; }

        /// <summary>For <see cref="LaneTile"/>.</summary>
        public float* Tile { get; private init; }

        /// <summary>Floats of one worker.</summary>
        public static long Floats(int headDim)
        {
            int head = AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit) * AttentionTiles.Lanes;
            return (4L * head) + (AttentionTiles.Lanes * AttentionTiles.Keys) + (3 * AttentionTiles.Lanes)
                + LaneTile.ScratchFloats;
        }

        public static ForwardScratch Carve(float* memory, int headDim)
        {
            const int Lanes = AttentionTiles.Lanes;
            int stride = AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit);
            int head = stride * Lanes;
            float* small = memory + (4 * head) + (Lanes * AttentionTiles.Keys);
            return new ForwardScratch
            {
                Queries = memory,
                Outputs = memory + head,
                KeyValues = new KeyValueTile((nint)(memory + (2 * head)), (nint)(memory + (3 * head)), stride),
                Scores = memory + (4 * head),
                Maximum = small,
                Sum = small + Lanes,
                Rescale = small + (2 * Lanes),
                Tile = small + (3 * Lanes),
            };
        }
    }
}
