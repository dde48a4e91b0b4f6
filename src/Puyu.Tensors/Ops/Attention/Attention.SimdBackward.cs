using System.Numerics.Tensors;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

internal static unsafe partial class AttentionSimd
{
    /// <summary>See <see cref="AttentionReference.Backward"/>.</summary>
    /// <remarks>
    /// A piece is a key-value head of a sequence, so that one worker adds the shares of all its queries to gradients
    /// of keys and values, in the order of the queries. For a tile of queries and one of keys:
    /// <code>
    ///   Sᵀ = K Qᵀ    dPᵀ = V dOᵀ    dV += Pᵀ dO    dK += dSᵀ Q    dQᵀ += Kᵀ dSᵀ
    /// </code>
    /// </remarks>
    public static void Backward(
        CpuBackend backend, in AttentionInput input, Tensor y, Tensor logSumExp, Tensor dY, Tensor dQkv)
    {
        long scratchFloats = BackwardScratch.Floats(input.Layout.HeadDim, Longest(input.Boundaries()));
        Storage scratch = backend.Memory.RentScratch(backend.Threads * scratchFloats * sizeof(float));
        bool adds = !dQkv.IsZero;
        var job = new BackwardJob
        {
            Scratch = (float*)scratch.Pointer,
            ScratchFloats = scratchFloats,
            Qkv = input.Qkv.Pointer<float>(),
            CuSeqLens = input.CuSeqLens.Pointer<int>(),
            Layout = input.Layout,
            Rows = input.Rows,
            Y = y.Pointer<float>(),
            LogSumExp = logSumExp.Pointer<float>(),
            DY = dY.Pointer<float>(),
            DQkv = adds ? dQkv.Pointer<float>() : dQkv.OverwritePointer<float>(),
            Adds = adds,
        };
        backend.Workers.ForEach(input.Sequences * input.Layout.KvHeads, ref job);
        scratch.Release();
    }

    private static int Longest(ReadOnlySpan<int> boundaries)
    {
        int longest = 0;
        for (int s = 0; s < boundaries.Length - 1; s++)
        {
            longest = Math.Max(longest, boundaries[s + 1] - boundaries[s]);
        }

        return longest;
    }

    /// <summary>One key-value head of one sequence.</summary>
    private struct BackwardJob : IJob
    {
        public float* Scratch;
        public long ScratchFloats;
        public float* Qkv;
        public int* CuSeqLens;
        public QkvLayout Layout;
        public int Rows;
        public float* Y;
        public float* LogSumExp;
        public float* DY;
        public float* DQkv;
        public bool Adds;

        public readonly void Execute(int piece, int worker)
        {
            (int sequence, int kvHead) = Math.DivRem(piece, Layout.KvHeads);
            Range rows = CuSeqLens[sequence]..CuSeqLens[sequence + 1];
            int length = rows.End.Value - rows.Start.Value;
            BackwardScratch scratch = BackwardScratch.Carve(Scratch + (worker * ScratchFloats), Layout.HeadDim, length);
            var whole = new AttentionPiece(sequence, kvHead, FirstTile: 0);
            new ProjectedKeyValues(Qkv, CuSeqLens, Layout).Load(whole, 0, length, scratch.KeyValues);
            scratch.ClearKeyValueGradients(Layout.HeadDim, length);
            int tiles = AttentionTiles.Count(length, Layout);
            for (int t = 0; t < tiles; t++)
            {
                LaneTile tile = LaneTile.Begin(whole, t, rows, context: 0, Layout, scratch.Tile);
                PackQueries(tile, scratch);
                for (int first = 0; first <= tile.LastPosition; first += AttentionTiles.Keys)
                {
                    int keys = Math.Min(AttentionTiles.Keys, tile.LastPosition + 1 - first);
                    Attend(tile, first, AttentionTiles.RoundUp(keys, TileProduct.RowUnit), scratch);
                }

                new Span<float>(scratch.Delta, tile.Lanes).Fill(1 / MathF.Sqrt(Layout.HeadDim));
                tile.Scatter(scratch.DQueries, Layout.HeadDim, scratch.Delta, DQkv, tile.QueryOffsets, Adds);
            }

            StoreKeyValueGradients(rows, kvHead, scratch);
        }

        private readonly void PackQueries(in LaneTile tile, in BackwardScratch scratch)
        {
            int headDim = Layout.HeadDim;
            float scale = 1 / MathF.Sqrt(headDim);
            tile.Transpose(Qkv, tile.QueryOffsets, headDim, scale, scratch.QueriesT);
            tile.Gather(Qkv, tile.QueryOffsets, headDim, scale, scratch.Queries, scratch.Stride);
            tile.Transpose(DY, tile.OutputOffsets, headDim, 1, scratch.DOutputsT);
            tile.Gather(DY, tile.OutputOffsets, headDim, 1, scratch.DOutputs, scratch.Stride);
            for (int lane = 0; lane < tile.Count; lane++)
            {
                (int row, int head) = tile[lane];
                scratch.LogSumExp[lane] = LogSumExp[((long)head * Rows) + row];
                scratch.Delta[lane] = TensorPrimitives.Dot(
                    new ReadOnlySpan<float>(Y + tile.OutputOffsets[lane], headDim),
                    new ReadOnlySpan<float>(DY + tile.OutputOffsets[lane], headDim));
            }

            // e^(0 − ∞) = 0: padding takes no part.
            int padding = tile.Lanes - tile.Count;
            new Span<float>(scratch.LogSumExp + tile.Count, padding).Fill(float.PositiveInfinity);
            new Span<float>(scratch.Delta + tile.Count, padding).Clear();
        }

        private readonly void Attend(in LaneTile tile, int firstKey, int keys, in BackwardScratch scratch)
        {
            const int Lanes = AttentionTiles.Lanes;
            int offset = firstKey * scratch.Stride;
            float* k = (float*)scratch.KeyValues.Keys + offset;
            float* v = (float*)scratch.KeyValues.Values + offset;
            var scores = new TileProduct
            {
                A = k,
                ARow = scratch.Stride,
                AStep = 1,
                B = scratch.QueriesT,
                BStride = Lanes,
                C = scratch.Scores,
                CStride = Lanes,
                Rows = keys,
                Columns = tile.Lanes,
                Depth = Layout.HeadDim,
            };
            scores.Run();
            (scores with { A = v, B = scratch.DOutputsT, C = scratch.DScores }).Run();
            if (firstKey + keys - 1 > tile.FirstPosition)
            {
                TileSoftmax.MaskFuture(scratch.Scores, keys, tile.Lanes, tile.Positions, firstKey);
            }

            TileSoftmax.Backward(
                scratch.Scores, scratch.DScores, keys, tile.Lanes, scratch.LogSumExp, scratch.Delta);
            var dValues = new TileProduct
            {
                A = scratch.Scores,
                ARow = Lanes,
                AStep = 1,
                B = scratch.DOutputs,
                BStride = scratch.Stride,
                C = scratch.DValues + offset,
                CStride = scratch.Stride,
                Adds = true,
                Rows = keys,
                Columns = scratch.Stride,
                Depth = tile.Lanes,
            };
            dValues.Run();
            (dValues with { A = scratch.DScores, B = scratch.Queries, C = scratch.DKeys + offset }).Run();
            new TileProduct
            {
                A = k,
                ARow = 1,
                AStep = scratch.Stride,
                B = scratch.DScores,
                BStride = Lanes,
                C = scratch.DQueries,
                CStride = Lanes,
                Adds = firstKey > 0,
                Rows = AttentionTiles.RoundUp(Layout.HeadDim, TileProduct.RowUnit),
                Columns = tile.Lanes,
                Depth = keys,
            }.Run();
        }

        private readonly void StoreKeyValueGradients(Range rows, int kvHead, in BackwardScratch scratch)
        {
            for (int j = 0; j < rows.End.Value - rows.Start.Value; j++)
            {
                float* row = DQkv + ((long)(rows.Start.Value + j) * Layout.Width);
                StoreRow(scratch.DKeys + (j * scratch.Stride), row + Layout.KeyColumn(kvHead));
                StoreRow(scratch.DValues + (j * scratch.Stride), row + Layout.ValueColumn(kvHead));
            }
        }

        private readonly void StoreRow(float* gradient, float* target)
        {
            var source = new ReadOnlySpan<float>(gradient, Layout.HeadDim);
            var sum = new Span<float>(target, Layout.HeadDim);
            if (Adds)
            {
                TensorPrimitives.Add(sum, source, sum);
            }
            else
            {
                source.CopyTo(sum);
            }
        }
    }

    /// <summary>What a worker keeps while it does a key-value head of a sequence.</summary>
    private readonly struct BackwardScratch
    {
        /// <summary>Elements of a row of a head: E rounded up to 16.</summary>
        public int Stride { get; private init; }

        /// <summary>[length rounded up, Stride].</summary>
        public KeyValueTile KeyValues { get; private init; }

        /// <summary>[length rounded up, Stride].</summary>
        public float* DKeys { get; private init; }

        /// <summary>[length rounded up, Stride].</summary>
        public float* DValues { get; private init; }

        /// <summary>[lanes, Stride], scaled.</summary>
        public float* Queries { get; private init; }

        /// <summary>[E, lanes], scaled.</summary>
        public float* QueriesT { get; private init; }

        /// <summary>[lanes, Stride].</summary>
        public float* DOutputs { get; private init; }

        /// <summary>[E, lanes].</summary>
        public float* DOutputsT { get; private init; }

        /// <summary>[E rounded up, lanes].</summary>
        public float* DQueries { get; private init; }

        /// <summary>[64, lanes].</summary>
        public float* Scores { get; private init; }

        /// <summary>[64, lanes].</summary>
        public float* DScores { get; private init; }

        /// <summary>[lanes].</summary>
        public float* LogSumExp { get; private init; }

        /// <summary>[lanes].</summary>
        public float* Delta { get; private init; }

        /// <summary>For <see cref="LaneTile"/>.</summary>
        public float* Tile { get; private init; }

        /// <summary>Floats of one worker for sequences of up to <paramref name="length"/> rows.</summary>
        public static long Floats(int headDim, int length) => FixedFloats(headDim) + (4 * WholeFloats(headDim, length));

        public static BackwardScratch Carve(float* memory, int headDim, int length)
        {
            const int Lanes = AttentionTiles.Lanes;
            const int Square = Lanes * AttentionTiles.Keys;
            int stride = AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit);
            int head = stride * Lanes;
            long whole = WholeFloats(headDim, length);
            float* small = memory + (5 * head) + (2 * Square);
            float* rows = memory + FixedFloats(headDim);
            return new BackwardScratch
            {
                Stride = stride,
                KeyValues = new KeyValueTile((nint)rows, (nint)(rows + whole), stride),
                DKeys = rows + (2 * whole),
                DValues = rows + (3 * whole),
                Queries = memory,
                QueriesT = memory + head,
                DOutputs = memory + (2 * head),
                DOutputsT = memory + (3 * head),
                DQueries = memory + (4 * head),
                Scores = memory + (5 * head),
                DScores = memory + (5 * head) + Square,
                LogSumExp = small,
                Delta = small + Lanes,
                Tile = small + (2 * Lanes),
            };
        }

        public void ClearKeyValueGradients(int headDim, int length)
        {
            int floats = checked((int)WholeFloats(headDim, length));
            new Span<float>(DKeys, floats).Clear();
            new Span<float>(DValues, floats).Clear();
        }

        private static long FixedFloats(int headDim)
        {
            int head = AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit) * AttentionTiles.Lanes;
            return (5L * head) + (2 * AttentionTiles.Lanes * AttentionTiles.Keys) + (2 * AttentionTiles.Lanes)
                + LaneTile.ScratchFloats;
        }

        private static long WholeFloats(int headDim, int length) =>
            (long)AttentionTiles.RoundUp(length, TileProduct.RowUnit)
                * AttentionTiles.RoundUp(headDim, TileProduct.ColumnUnit);
    }
}
