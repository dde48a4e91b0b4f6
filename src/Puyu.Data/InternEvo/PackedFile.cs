namespace Puyu.Data.InternEvo;

/// <summary>The micro-batches of one file: its samples shuffled by RandomState(1024), then cut to P tokens.</summary>
internal sealed class PackedFile
{
    private const uint SampleSeed = 1024; // fixed in InternEvo, so that a restart meets the same items

    private readonly InternEvoFile _file;
    private readonly InternEvoOptions _options;
    private readonly int _itemTokens;
    private readonly int[] _order;
    private readonly long[] _ends; // of the shuffled samples, end to end
    private int[] _sample = [];

    public PackedFile(InternEvoFile file, InternEvoOptions options)
    {
        _file = file;
        _options = options;
        _itemTokens = options.SequenceLength * options.MicroBatchSize;
        _order = [.. Enumerable.Range(0, file.Samples)];
        new NumpyRandom(SampleSeed).Shuffle(_order.AsSpan());
        _ends = new long[file.Samples];
        long end = 0;
        for (int i = 0; i < _order.Length; i++)
        {
            end += file.Length(_order[i]);
            _ends[i] = end;
        }

        Items = options.Packing == InternEvoPacking.Unpack
            ? (file.Samples + options.MicroBatchSize - 1) / options.MicroBatchSize
            : checked((int)(end / _itemTokens));
    }

    public int Items { get; }

    /// <summary>Fills a micro-batch.</summary>
    /// <param name="item">Which one, in [0, <see cref="Items"/>).</param>
    /// <param name="batch">Empty, of P tokens.</param>
    /// <param name="typeIds">[P], overwritten; 0 on padding.</param>
    public void Fill(int item, MicroBatch batch, Span<int> typeIds)
    {
        typeIds.Fill(_file.TypeId);
        switch (_options.Packing)
        {
            case InternEvoPacking.Unpack:
                FillUnpacked(item, batch, typeIds);
                break;
            case InternEvoPacking.One:
                AppendRows(batch);
                FillStream(item, batch);
                break;
            default:
                FillStream(item, batch);
                break;
        }
    }

    private void FillUnpacked(int item, MicroBatch batch, Span<int> typeIds)
    {
        int first = item * _options.MicroBatchSize;
        for (int i = first; i < Math.Min(first + _options.MicroBatchSize, _order.Length); i++)
        {
            _file.Read(_order[i], ref _sample);
            int length = Math.Min(_file.Length(_order[i]), _options.SequenceLength);
            if (length == 0)
            {
                continue;
            }

            batch.Append(length, out Span<int> tokenIds, out Span<int> labels);
            Write(_sample.AsSpan(0, length), following: 0, tokenIds, labels);
        }

        typeIds[(batch.Tokens - batch.Free)..].Clear();
        batch.Pad(batch.Free);
    }

    private void FillStream(int item, MicroBatch batch)
    {
        long first = (long)item * _itemTokens;
        long end = first + _itemTokens;
        for (int i = SampleWith(first); first < end; i++)
        {
            _file.Read(_order[i], ref _sample);
            int length = _file.Length(_order[i]);
            int from = (int)(first - (_ends[i] - length));
            int to = (int)(Math.Min(end, _ends[i]) - (_ends[i] - length));
            FillFragment(batch, _sample.AsSpan(0, length), from, to, (int)(first - ((long)item * _itemTokens)));
            first += to - from;
        }
    }

    /// <summary>The first of the shuffled samples that ends after a token; empty samples have equal ends.</summary>
    private int SampleWith(long token)
    {
        int low = 0;
        int high = _ends.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _ends[middle] <= token ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Puts tokens [from, to) of a sample at a place of the batch.</summary>
    private void FillFragment(MicroBatch batch, ReadOnlySpan<int> sample, int from, int to, int place)
    {
        if (_options.Packing == InternEvoPacking.One)
        {
            int length = to - from;
            Span<int> tokenIds = batch.TokenIds.AsSpan(place, length);
            Write(sample[from..to], following: 0, tokenIds, batch.Labels.AsSpan(place, length));
            return;
        }

        while (from < to)
        {
            int length = Math.Min(_options.SequenceLength, to - from);
            batch.Append(length, out Span<int> pieceTokenIds, out Span<int> pieceLabels);
            int following = from + length < sample.Length ? sample[from + length] : 0;
            Write(sample.Slice(from, length), following, pieceTokenIds, pieceLabels);
            from += length;
        }
    }

    /// <summary>Makes rows of S tokens, whose positions are right and whose content is to be overwritten.</summary>
    private void AppendRows(MicroBatch batch)
    {
        for (int row = 0; row < _options.MicroBatchSize; row++)
        {
            batch.Append(_options.SequenceLength, out _, out _);
        }
    }

    /// <summary>Writes |id| as input and the next id as label: a label that is not positive has no loss.</summary>
    /// <param name="raw">Ids as in the file.</param>
    /// <param name="following">The id after the last one; 0 if that shall have no loss.</param>
    /// <param name="tokenIds">Overwritten.</param>
    /// <param name="labels">Overwritten.</param>
    private static void Write(ReadOnlySpan<int> raw, int following, Span<int> tokenIds, Span<int> labels)
    {
        for (int i = 0; i < raw.Length; i++)
        {
            int next = i + 1 < raw.Length ? raw[i + 1] : following;
            tokenIds[i] = Math.Abs(raw[i]);
            labels[i] = next > 0 ? next : MicroBatch.IgnoredLabel;
        }
    }
}
