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
/// Packing: keys and values are copied into tiles of 64 rows, since rows of the projection are kilobytes apart; a piece
/// has several tiles of queries to use them. Padding: E to 16 and keys to 8 with zeros, lanes to 16 with the last query
/// again.
/// </para>
/// <para>
/// Decoding has a handful of queries for each key-value head. Their results are kept as rows, O += P V, which wastes no
/// lanes on queries that are not there; every sum has the same terms in the same order, hence the same bits.
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
        Forward(backend, input, y, logSumExp, new ProjectedKeyValues(qkv, cuSeqLens, input.Layout), leastRows: 1);
    }

    /// <summary>
    /// The same with keys and values from anywhere, for sequences that have at least <paramref name="leastRows"/> rows.
    /// </summary>
    public static void Forward<TKeyValues>(
        CpuBackend backend, in AttentionInput input, Tensor y, Tensor? logSumExp, TKeyValues keyValues, int leastRows)
        where TKeyValues : struct, IKeyValueRows
    {
        long scratchFloats = ForwardScratch.Floats(input.Layout.HeadDim);
        Storage scratch = backend.Memory.RentScratch(backend.Threads * scratchFloats * sizeof(float));
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
            LeastRows = leastRows,
        };
        backend.Workers.ForEach(
            AttentionPiece.Count(job.CuSeqLens, input.Sequences, input.Layout, leastRows), ref job);
        scratch.Release();
    }

    /// <summary>Up to eight tiles of queries that share a key-value head.</summary>
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
        public int LeastRows;

        public readonly void Execute(int piece, int worker)
        {
            AttentionPiece where = AttentionPiece.Find(piece, CuSeqLens, Layout, LeastRows);
            Range rows = CuSeqLens[where.Sequence]..CuSeqLens[where.Sequence + 1];
            int length = rows.End.Value - rows.Start.Value;
            int context = KeyValues.FirstPosition(where.Sequence, length);
            var scratch = new ForwardScratch(Scratch + (worker * ScratchFloats), Layout.HeadDim);
            LaneTile* tiles = stackalloc LaneTile[AttentionTiles.TilesOfPiece];
            int count = Math.Min(
                AttentionTiles.TilesOfPiece, AttentionTiles.Count(length, Layout) - where.FirstTile);
            for (int t = 0; t < count; t++)
            {
                ForwardTile forward = scratch.Tile(t);
                tiles[t] = LaneTile.Begin(where, t, rows, context, Layout, forward.Lanes);
                Begin(tiles[t], forward);
            }

            int end = tiles[count - 1].LastPosition + 1;
            for (int first = 0; first < end; first += AttentionTiles.Keys)
            {
                if (first > 0 && first % AttentionTiles.PartKeys == 0)
                {
                    EndPart(tiles, count, first, scratch);
                }

                KeyValues.Load(where, first, Math.Min(AttentionTiles.Keys, end - first), scratch.KeyValues);
                for (int t = 0; t < count; t++)
                {
                    int keys = Math.Min(AttentionTiles.Keys, tiles[t].LastPosition + 1 - first);
                    if (keys > 0 && tiles[t].IsNarrow)
                    {
                        AttendNarrow(tiles[t], first, keys, scratch, scratch.Tile(t));
                    }
                    else if (keys > 0)
                    {
                        Attend(tiles[t], first, keys, scratch, scratch.Tile(t));
                    }
                }
            }

            for (int t = 0; t < count; t++)
            {
                Finish(tiles[t], scratch.Tile(t), scratch);
            }
        }

        private readonly void Begin(in LaneTile tile, in ForwardTile forward)
        {
            tile.Transpose(Qkv, tile.QueryOffsets, Layout.HeadDim, 1 / MathF.Sqrt(Layout.HeadDim), forward.Queries);
            BeginPart(tile, forward);
        }

        /// <summary>
        /// The maximum begins finite, since some queries of a tile may have no key in a part that others have keys in.
        /// </summary>
        private static void BeginPart(in LaneTile tile, in ForwardTile forward)
        {
            new Span<float>(forward.Maximum, tile.Lanes).Fill(float.MinValue);
            new Span<float>(forward.Sum, tile.Lanes).Clear();
        }

        /// <summary>Puts the part that ends before a key to the parts before it, for tiles that go on.</summary>
        private readonly void EndPart(LaneTile* tiles, int count, int key, in ForwardScratch scratch)
        {
            for (int t = 0; t < count; t++)
            {
                if (tiles[t].LastPosition >= key)
                {
                    Combine(tiles[t], scratch.Tile(t), scratch, isFirst: key == AttentionTiles.PartKeys);
                    BeginPart(tiles[t], scratch.Tile(t));
                }
            }
        }

        private readonly void Combine(
            in LaneTile tile, in ForwardTile forward, in ForwardScratch scratch, bool isFirst)
        {
            int stride = scratch.KeyValues.Stride;
            if (isFirst)
            {
                // Results, maxima and sums lie one after another, here and there.
                int floats = (stride + 2) * AttentionTiles.Lanes;
                new Span<float>(forward.Outputs, floats).CopyTo(new Span<float>(forward.AllOutputs, floats));
                return;
            }

            float* factors = scratch.Scores;
            TileParts.Combine(
                tile.Lanes, forward.AllMaximum, forward.AllSum, forward.Maximum, forward.Sum, factors);
            if (!tile.IsNarrow)
            {
                TileParts.CombineAcross(
                    Layout.HeadDim, tile.Lanes, forward.AllOutputs, forward.Outputs, factors);
                return;
            }

            for (int lane = 0; lane < tile.Count; lane++)
            {
                TileParts.CombineRow(
                    stride, forward.AllOutputs + (lane * stride), forward.Outputs + (lane * stride), factors[lane],
                    factors[tile.Lanes + lane]);
            }
        }

        private readonly void Attend(
            in LaneTile tile, int firstKey, int keys, in ForwardScratch scratch, in ForwardTile forward)
        {
            Scores(tile, scratch, forward, AttentionTiles.RoundUp(keys, TileProduct.RowUnit)).Run();
            Soften(tile, firstKey, keys, scratch, forward);
            new TileProduct
            {
                A = (float*)scratch.KeyValues.Values,
                ARow = 1,
                AStep = scratch.KeyValues.Stride,
                B = scratch.Scores,
                BStride = AttentionTiles.Lanes,
                C = forward.Outputs,
                CStride = AttentionTiles.Lanes,
                Adds = Continues(firstKey),
                Scale = Continues(firstKey) ? scratch.Rescale : null,
                Rows = AttentionTiles.RoundUp(Layout.HeadDim, TileProduct.RowUnit),
                Columns = tile.Lanes,
                Depth = keys,
            }.Run();
        }

        /// <summary>The same for a few queries, with results as rows [8, E].</summary>
        private readonly void AttendNarrow(
            in LaneTile tile, int firstKey, int keys, in ForwardScratch scratch, in ForwardTile forward)
        {
            int stride = scratch.KeyValues.Stride;
            Scores(tile, scratch, forward, AttentionTiles.RoundUp(keys, TileProduct.RowUnit)).Run();
            Soften(tile, firstKey, keys, scratch, forward);
            for (int lane = 0; lane < TileProduct.RowUnit && Continues(firstKey); lane++)
            {
                float* output = forward.Outputs + (lane * stride);
                KeyValueTile.CopyRow(output, scratch.Rescale[lane], output, stride, stride);
            }

            new TileProduct
            {
                A = scratch.Scores,
                ARow = 1,
                AStep = AttentionTiles.Lanes,
                B = (float*)scratch.KeyValues.Values,
                BStride = stride,
                C = forward.Outputs,
                CStride = stride,
                Adds = Continues(firstKey),
                Rows = TileProduct.RowUnit,
                Columns = stride,
                Depth = keys,
            }.Run();
        }

        private readonly TileProduct Scores(
            in LaneTile tile, in ForwardScratch scratch, in ForwardTile forward, int rows)
        {
            int stride = scratch.KeyValues.Stride;
            return new TileProduct
            {
                A = (float*)scratch.KeyValues.Keys,
                ARow = KeyValues.HasKeysAcross ? 1 : stride,
                AStep = KeyValues.HasKeysAcross ? AttentionTiles.Keys : 1,
                B = forward.Queries,
                BStride = AttentionTiles.Lanes,
                C = scratch.Scores,
                CStride = AttentionTiles.Lanes,
                Rows = rows,
                Columns = tile.Lanes,
                Depth = Layout.HeadDim,
            };
        }

        private static void Soften(
            in LaneTile tile, int firstKey, int keys, in ForwardScratch scratch, in ForwardTile forward)
        {
            if (firstKey + keys - 1 > tile.FirstPosition)
            {
                TileSoftmax.MaskFuture(scratch.Scores, keys, tile.Lanes, tile.Positions, firstKey);
            }

            TileSoftmax.Update(scratch.Scores, keys, tile.Lanes, forward.Maximum, forward.Sum, scratch.Rescale);
        }

        /// <summary>Whether a tile of keys is not the first of its part.</summary>
        private static bool Continues(int firstKey) => firstKey % AttentionTiles.PartKeys != 0;

        private readonly void Finish(in LaneTile tile, in ForwardTile forward, in ForwardScratch scratch)
        {
            int headDim = Layout.HeadDim;
            bool hasParts = tile.LastPosition >= AttentionTiles.PartKeys;
            if (hasParts)
            {
                Combine(tile, forward, scratch, isFirst: false);
            }

            float* outputs = hasParts ? forward.AllOutputs : forward.Outputs;
            float* maximum = hasParts ? forward.AllMaximum : forward.Maximum;
            float* sum = hasParts ? forward.AllSum : forward.Sum;
            for (int lane = 0; lane < tile.Count; lane++)
            {
                scratch.Rescale[lane] = 1 / sum[lane];
                if (LogSumExp != null)
                {
                    (int row, int head) = tile[lane];
                    LogSumExp[((long)head * Rows) + row] = maximum[lane] + MathF.Log(sum[lane]);
                }
            }

            if (!tile.IsNarrow)
            {
                tile.Scatter(outputs, headDim, scratch.Rescale, Y, tile.OutputOffsets, adds: false);
                return;
            }

            for (int lane = 0; lane < tile.Count; lane++)
            {
                float* output = outputs + (lane * scratch.KeyValues.Stride);
                KeyValueTile.CopyRow(output, scratch.Rescale[lane], Y + tile.OutputOffsets[lane], headDim, headDim);
            }
        }
    }
}
