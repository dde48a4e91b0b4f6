using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// Sequences with one new row: pieces are parts of the context of a key-value head, combined in order when all are
/// done (<see cref="TileParts"/>).
/// </summary>
internal static unsafe class PagedDecode
{
    /// <summary>Writes the new row of every sequence that has one, and attends.</summary>
    public static void Forward(CpuBackend backend, in AttentionInput input, PagedKeyValues keyValues, Tensor y)
    {
        QkvLayout layout = input.Layout;
        int* cuSeqLens = input.CuSeqLens.Pointer<int>();
        int parts = 0;
        int mostParts = 0;
        for (int s = 0; s < input.Sequences; s++)
        {
            int count = DecodeJob.Parts(s, cuSeqLens, keyValues);
            parts += count;
            mostParts = Math.Max(mostParts, count);
        }

        if (parts == 0)
        {
            return;
        }

        long scratchFloats = DecodeScratch.Floats(layout);
        long partFloats = DecodePart.Floats(layout);
        long floats = (backend.Threads * scratchFloats) + (parts * layout.KvHeads * partFloats);
        Storage memory = backend.Memory.RentScratch(floats * sizeof(float));
        var job = new DecodeJob
        {
            KeyValues = keyValues,
            Qkv = input.Qkv.Pointer<float>(),
            CuSeqLens = cuSeqLens,
            Layout = layout,
            Y = y.OverwritePointer<float>(),
            Scratch = (float*)memory.Pointer,
            ScratchFloats = scratchFloats,
            PartMemory = (float*)memory.Pointer + (backend.Threads * scratchFloats),
            PartFloats = partFloats,
        };
        backend.Workers.ForEach(parts * layout.KvHeads, ref job);
        if (mostParts > 1)
        {
            var combine = new CombineJob { Decode = job };
            backend.Workers.ForEach(input.Sequences * layout.KvHeads, ref combine);
        }

        memory.Release();
    }

    /// <summary>Puts the parts of one sequence and key-value head together.</summary>
    private struct CombineJob : IJob
    {
        public DecodeJob Decode;

        public readonly void Execute(int piece, int worker)
        {
            (int sequence, int kvHead) = Math.DivRem(piece, Decode.Layout.KvHeads);
            Decode.Combine(sequence, kvHead);
        }
    }

    /// <summary>One part of the context of one sequence and key-value head.</summary>
    private struct DecodeJob : IJob
    {
        public PagedKeyValues KeyValues;
        public float* Qkv;
        public int* CuSeqLens;
        public QkvLayout Layout;
        public float* Y;
        public float* Scratch;
        public long ScratchFloats;
        public float* PartMemory;
        public long PartFloats;

        /// <summary>Parts of the context of a sequence; none unless it has one new row.</summary>
        public static int Parts(int sequence, int* cuSeqLens, PagedKeyValues keyValues)
        {
            bool hasOneRow = cuSeqLens[sequence + 1] - cuSeqLens[sequence] == 1;
            return hasOneRow ? (keyValues.FirstPosition(sequence, rows: 1) / AttentionTiles.PartKeys) + 1 : 0;
        }

        public readonly void Execute(int piece, int worker)
        {
            int sequence = 0;
            int parts = Parts(0, CuSeqLens, KeyValues);
            int rest = piece;
            while (rest >= parts * Layout.KvHeads)
            {
                rest -= parts * Layout.KvHeads;
                parts = Parts(++sequence, CuSeqLens, KeyValues);
            }

            (int kvHead, int part) = Math.DivRem(rest, parts);
            int end = KeyValues.FirstPosition(sequence, rows: 1) + 1;
            if (part == parts - 1)
            {
                Write(sequence, kvHead, end - 1);
            }

            var scratch = new DecodeScratch(Scratch + (worker * ScratchFloats), Layout);
            BeginQueries(sequence, kvHead, scratch.Queries);
            int first = part * AttentionTiles.PartKeys;
            Attend(sequence, kvHead, first, Math.Min(end, first + AttentionTiles.PartKeys), scratch, Part(piece));
            if (parts == 1)
            {
                Finish(sequence, kvHead, Part(piece));
            }
        }

        /// <summary>Combines the parts in order and writes the result, where there are several.</summary>
        public readonly void Combine(int sequence, int kvHead)
        {
            int firstPiece = 0;
            for (int s = 0; s < sequence; s++)
            {
                firstPiece += Parts(s, CuSeqLens, KeyValues) * Layout.KvHeads;
            }

            int parts = Parts(sequence, CuSeqLens, KeyValues);
            if (parts <= 1)
            {
                return;
            }

            firstPiece += kvHead * parts;
            int lanes = DecodeScratch.Lanes(Layout);
            float* factors = stackalloc float[2 * lanes];
            DecodePart all = Part(firstPiece);
            for (int p = 1; p < parts; p++)
            {
                DecodePart part = Part(firstPiece + p);
                TileParts.Combine(lanes, all.Maximum, all.Sum, part.Maximum, part.Sum, factors);
                for (int query = 0; query < Layout.GroupSize; query++)
                {
                    int at = query * Layout.HeadDim;
                    TileParts.CombineRow(
                        Layout.HeadDim, all.Outputs + at, part.Outputs + at, factors[query], factors[lanes + query]);
                }
            }

            Finish(sequence, kvHead, all);
        }

        private readonly DecodePart Part(int piece) => new(PartMemory + (piece * PartFloats), Layout);

        private readonly void Write(int sequence, int kvHead, int position)
        {
            float* row = Qkv + ((long)CuSeqLens[sequence] * Layout.Width);
            byte* head = KeyValues.Head(sequence, kvHead, position, out int offset);
            KvRowWriter.Write(
                KeyValues.Layout, head, offset, row + Layout.KeyColumn(kvHead), row + Layout.ValueColumn(kvHead));
        }

        private readonly void BeginQueries(int sequence, int kvHead, float* queries)
        {
            int headDim = Layout.HeadDim;
            float* row = Qkv + ((long)CuSeqLens[sequence] * Layout.Width);
            for (int query = 0; query < Layout.GroupSize; query++)
            {
                float* source = row + Layout.QueryColumn((kvHead * Layout.GroupSize) + query);
                KeyValueTile.CopyRow(
                    source, 1 / MathF.Sqrt(headDim), queries + (query * headDim), headDim, headDim);
            }
        }

        private readonly void Finish(int sequence, int kvHead, DecodePart part)
        {
            int headDim = Layout.HeadDim;
            float* y = Y + ((((long)CuSeqLens[sequence] * Layout.Heads) + (kvHead * Layout.GroupSize)) * headDim);
            for (int query = 0; query < Layout.GroupSize; query++)
            {
                int at = query * headDim;
                KeyValueTile.CopyRow(part.Outputs + at, 1 / part.Sum[query], y + at, headDim, headDim);
            }
        }

        private readonly void Attend(
            int sequence, int kvHead, int first, int end, DecodeScratch scratch, DecodePart part)
        {
            switch (KeyValues.Layout.Format)
            {
                case KvFormat.F32:
                    Attend<KvSingles>(sequence, kvHead, first, end, scratch, part);
                    break;
                case KvFormat.BF16:
                    Attend<KvBFloat16s>(sequence, kvHead, first, end, scratch, part);
                    break;
                case KvFormat.Int8:
                    Attend<KvBytes>(sequence, kvHead, first, end, scratch, part);
                    break;
                case KvFormat.Int4:
                    Attend<KvNibbles>(sequence, kvHead, first, end, scratch, part);
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        private readonly void Attend<TStored>(
            int sequence, int kvHead, int first, int end, DecodeScratch scratch, DecodePart part)
            where TStored : struct, IKvStored
        {
            if (Avx512F.IsSupported)
            {
                new DecodeTile<Float16Lanes, TStored>(KeyValues, Layout, sequence, kvHead, scratch, part)
                    .Attend(first, end);
            }
            else if (Avx2.IsSupported)
            {
                new DecodeTile<Float8Lanes, TStored>(KeyValues, Layout, sequence, kvHead, scratch, part)
                    .Attend(first, end);
            }
            else
            {
                new DecodeTile<Float4Lanes, TStored>(KeyValues, Layout, sequence, kvHead, scratch, part)
                    .Attend(first, end);
            }
        }
    }
}
