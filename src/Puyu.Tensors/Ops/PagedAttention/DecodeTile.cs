namespace Puyu.Tensors;

/// <summary>The query heads of one row that share a key-value head, and a part of the keys and values.</summary>
/// <remarks>
/// All queries of a group are done together, so each key and value is read once. Keys lie across, 16 to a vector:
/// scores need no sum within a vector, and padding no arithmetic but that of the last tile.
/// </remarks>
/// <typeparam name="T">Vector.</typeparam>
/// <typeparam name="TStored">Format of the cache.</typeparam>
internal readonly unsafe struct DecodeTile<T, TStored>(
    PagedKeyValues keyValues, QkvLayout layout, int sequence, int kvHead, DecodeScratch scratch, DecodePart part)
    where T : struct, IFloatVector<T>
    where TStored : struct, IKvStored
{
    private const int Keys = AttentionTiles.Keys;
    private const int Group = KvBlockLayout.Group;
    private const int Groups = Keys / Group;

    /// <summary>Attends to a part of the keys: <see cref="DecodePart"/> is overwritten.</summary>
    /// <param name="first">First position, a multiple of 64.</param>
    /// <param name="end">Position after the last.</param>
    public void Attend(int first, int end)
    {
        int lanes = DecodeScratch.Lanes(layout);
        new Span<float>(part.Maximum, lanes).Fill(float.MinValue);
        new Span<float>(part.Sum, lanes).Clear();
        new Span<float>(scratch.Tile, lanes).Clear();
        for (int tile = first; tile < end; tile += Keys)
        {
            int keys = Math.Min(Keys, end - tile);
            int ahead = tile + Keys < end ? Keys : 0;
            Score(tile, keys, ahead);
            DecodeSoftmax.Update<T>(
                scratch.Scores, keys, layout.GroupSize, part.Maximum, part.Sum, scratch.Rescale, scratch.Tile);
            if (tile > first)
            {
                Rescale();
            }

            AddValues(tile, keys, ahead, tile > first);
        }
    }

    private void Score(int first, int keys, int ahead)
    {
        byte** groups = stackalloc byte*[Groups];
        byte** next = stackalloc byte*[Groups];
        for (int g = 0; g < Groups; g++)
        {
            // Where there is no key, the first ones stand in.
            int position = first + (g * Group < keys ? g * Group : 0);
            byte* head = keyValues.Head(sequence, kvHead, position, out int offset);
            groups[g] = head + (offset / Group * TStored.GroupBytes);
            ReadScales(head, offset, g);
            next[g] = Ahead(position, ahead, out offset) + (offset / Group * TStored.GroupBytes);
        }

        for (int n = 0; n < Keys; n += 4 * T.Count)
        {
            (int n1, int n2, int n3) = (n + T.Count, n + (2 * T.Count), n + (3 * T.Count));
            float* c = scratch.Scores + n;
            var product = new KvProduct
            {
                A = scratch.Queries,
                ARow = layout.HeadDim,
                B0 = groups[n / Group],
                B1 = groups[n1 / Group],
                B2 = groups[n2 / Group],
                B3 = groups[n3 / Group],
                Next0 = next[n / Group],
                Next1 = next[n1 / Group],
                Next2 = next[n2 / Group],
                Next3 = next[n3 / Group],
                Lane0 = n % Group,
                Lane1 = n1 % Group,
                Lane2 = n2 % Group,
                Lane3 = n3 % Group,
                BStep = keyValues.Layout.BlockSize / Group * TStored.GroupBytes,
                C0 = c,
                C1 = c + T.Count,
                C2 = c + (2 * T.Count),
                C3 = c + (3 * T.Count),
                CRow = Keys,
                Scales = scratch.KeyScales + n,
                Zeros = scratch.KeyZeros + n,
                Depth = layout.HeadDim,
            };
            KvProduct.Run<T, TStored, ScalesOfColumns>(product, layout.GroupSize);
        }
    }

    private void ReadScales(byte* head, int offset, int group)
    {
        if (!TStored.IsQuantized)
        {
            return;
        }

        int blockSize = keyValues.Layout.BlockSize;
        ushort* parameters = (ushort*)(head + keyValues.Layout.Parameters) + offset;
        for (int lane = 0; lane < Group; lane += T.Count)
        {
            int at = (group * Group) + lane;
            T.FromBFloat16(parameters, lane).Store(scratch.KeyScales + at);
            T.FromBFloat16(parameters + blockSize, lane).Store(scratch.KeyZeros + at);
            T.FromBFloat16(parameters + (2 * blockSize), lane).Store(scratch.ValueScales + at);
            T.FromBFloat16(parameters + (3 * blockSize), lane).Store(scratch.ValueZeros + at);
        }
    }

    private void Rescale()
    {
        for (int query = 0; query < layout.GroupSize; query++)
        {
            float* outputs = part.Outputs + (query * layout.HeadDim);
            var factor = T.Create(scratch.Rescale[query]);
            for (int e = 0; e < layout.HeadDim; e += T.Count)
            {
                (T.Load(outputs + e) * factor).Store(outputs + e);
            }
        }
    }

    private void AddValues(int first, int keys, int ahead, bool adds)
    {
        int blockSize = keyValues.Layout.BlockSize;
        int run;
        for (int j = 0; j < keys; j += run)
        {
            byte* head = keyValues.Head(sequence, kvHead, first + j, out int offset);
            run = Math.Min(keys - j, blockSize - offset);
            byte* rows = Row(head, offset);
            byte* next = Row(Ahead(first + j, ahead, out offset), offset);
            AddRows(rows, next, j, run, adds || j > 0);
        }
    }

    private void AddRows(byte* rows, byte* next, int key, int count, bool adds)
    {
        int last = layout.HeadDim - T.Count;
        for (int n = 0; n < layout.HeadDim; n += 4 * T.Count)
        {
            // Beyond the end the last vector is done again, with the same result.
            int n1 = Math.Min(n + T.Count, last);
            int n2 = Math.Min(n + (2 * T.Count), last);
            int n3 = Math.Min(n + (3 * T.Count), last);
            var product = new KvProduct
            {
                A = scratch.Scores + key,
                ARow = Keys,
                B0 = Column(rows, n),
                B1 = Column(rows, n1),
                B2 = Column(rows, n2),
                B3 = Column(rows, n3),
                Next0 = Column(next, n),
                Next1 = Column(next, n1),
                Next2 = Column(next, n2),
                Next3 = Column(next, n3),
                Lane0 = n % Group,
                Lane1 = n1 % Group,
                Lane2 = n2 % Group,
                Lane3 = n3 % Group,
                BStep = layout.HeadDim / Group * TStored.GroupBytes,
                C0 = part.Outputs + n,
                C1 = part.Outputs + n1,
                C2 = part.Outputs + n2,
                C3 = part.Outputs + n3,
                CRow = layout.HeadDim,
                Scales = scratch.ValueScales + key,
                Zeros = scratch.ValueZeros + key,
                Adds = adds,
                Depth = count,
            };
            KvProduct.Run<T, TStored, ScalesOfSteps>(product, layout.GroupSize);
        }
    }

    /// <summary>The block of a position so far ahead; of the last one at the end of the context.</summary>
    private byte* Ahead(int position, int distance, out int offset) => keyValues.Head(
        sequence, kvHead, Math.Min(position + distance, keyValues.FirstPosition(sequence, rows: 1)), out offset);

    /// <summary>The values of a position in a block.</summary>
    private byte* Row(byte* head, int offset) =>
        head + keyValues.Layout.Values + ((long)offset * layout.HeadDim / Group * TStored.GroupBytes);

    private static byte* Column(byte* row, int element) => row + (element / Group * TStored.GroupBytes);
}
