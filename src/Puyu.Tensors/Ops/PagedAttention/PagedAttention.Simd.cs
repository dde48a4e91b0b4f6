using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// <see cref="AttentionSimd"/> with keys and values from a paged cache. The tiles of keys stand at the same places of
/// a sequence and are combined in the same order, whichever rows are new. Sequences with one new row are left to
/// <see cref="PagedDecode"/> where rows of the cache are whole groups.
/// </summary>
internal static unsafe class PagedAttentionSimd
{
    /// <summary>Writes the new rows, then attends.</summary>
    public static void Forward(
        CpuBackend backend, in AttentionInput input, KvBlocks cache, PagedSequences sequences, Tensor y)
    {
        sequences.RequireContents(input.Boundaries(), cache);
        var keyValues = new PagedKeyValues(cache, sequences);
        int leastRows = 1;
        if (cache.Layout.HasGroups)
        {
            PagedDecode.Forward(backend, input, keyValues, y);
            leastRows = 2;
        }

        if (!HasRows(input, leastRows))
        {
            return;
        }

        var job = new WriteJob
        {
            KeyValues = keyValues,
            Qkv = input.Qkv.Pointer<float>(),
            CuSeqLens = input.CuSeqLens.Pointer<int>(),
            Layout = input.Layout,
            LeastRows = leastRows,
        };
        backend.Workers.ForEach(input.Sequences * input.Layout.KvHeads, ref job);
        AttentionSimd.Forward(backend, input, y, logSumExp: null, keyValues, leastRows);
    }

    private static bool HasRows(in AttentionInput input, int leastRows)
    {
        int* cuSeqLens = input.CuSeqLens.Pointer<int>();
        for (int s = 0; s < input.Sequences; s++)
        {
            if (cuSeqLens[s + 1] - cuSeqLens[s] >= leastRows)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One key-value head of one sequence.</summary>
    private struct WriteJob : IJob
    {
        public PagedKeyValues KeyValues;
        public float* Qkv;
        public int* CuSeqLens;
        public QkvLayout Layout;
        public int LeastRows;

        public readonly void Execute(int piece, int worker)
        {
            (int sequence, int kvHead) = Math.DivRem(piece, Layout.KvHeads);
            int first = CuSeqLens[sequence];
            int rows = CuSeqLens[sequence + 1] - first;
            int position = KeyValues.FirstPosition(sequence, rows);
            for (int row = 0; row < rows && rows >= LeastRows; row++)
            {
                float* source = Qkv + ((long)(first + row) * Layout.Width);
                byte* head = KeyValues.Head(sequence, kvHead, position + row, out int offset);
                KvRowWriter.Write(
                    KeyValues.Layout, head, offset, source + Layout.KeyColumn(kvHead),
                    source + Layout.ValueColumn(kvHead));
            }
        }
    }
}
