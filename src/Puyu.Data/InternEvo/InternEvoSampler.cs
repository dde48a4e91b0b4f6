using System.Runtime.InteropServices;
using System.Text;

namespace Puyu.Data.InternEvo;

/// <summary>Micro-batches of an InternEvo train folder, in InternEvo's order and layout.</summary>
/// <remarks>
/// The micro-batches of all files, in the order of the files' names, form one list. RandomState(seed) shuffles it, it
/// is cut to whole steps of all ranks, and rank r takes every world-size-th from r on; the next epoch shuffles anew
/// with the same generator going on. docs/data.md says where this differs from InternEvo.
/// </remarks>
public sealed class InternEvoSampler : BatchSampler, IDisposable
{
    private readonly InternEvoOptions _options;
    private readonly List<InternEvoFile> _files = [];
    private readonly List<PackedFile> _packed = [];
    private readonly List<int> _firstItem = []; // of each file, in the list of all
    private readonly int[] _typeIds;
    private readonly int[] _order;
    private readonly ulong _fingerprint;
    private NumpyRandom _random;
    private int _epoch;
    private long _position;

    /// <summary>Opens all files of a folder.</summary>
    /// <param name="options">Validated options.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is malformed, has no index or no single type, or there is less than one step of data.
    /// </exception>
    public InternEvoSampler(InternEvoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        TokensPerBatch = options.SequenceLength * options.MicroBatchSize;
        _typeIds = new int[TokensPerBatch];
        var identity = new StringBuilder(
            FormattableString.Invariant(
                $"{options.SequenceLength} {options.MicroBatchSize} {options.MicroBatchesPerStep} {options.Packing} ")
            + FormattableString.Invariant($"{options.Seed} {options.Rank} {options.WorldSize}"));
        int items = 0;
        try
        {
            foreach (InternEvoFile file in InternEvoFolder.Open(options))
            {
                _files.Add(file);
                var packed = new PackedFile(file, options);
                identity.Append(FormattableString.Invariant($"\n{Path.GetFileName(file.Path)} {packed.Items}"));
                _packed.Add(packed);
                _firstItem.Add(items);
                items = checked(items + packed.Items);
            }

            int step = checked(options.MicroBatchesPerStep * options.WorldSize);
            BatchesPerEpoch = items / step * options.MicroBatchesPerStep;
            if (BatchesPerEpoch == 0)
            {
                throw new InvalidDataException(
                    $"{options.Folder} has {items} micro-batches of {TokensPerBatch} tokens in {_files.Count} files "
                    + $"but a step needs {step}; add data, or make SequenceLength or the batch smaller");
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _fingerprint = (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(identity.ToString().AsSpan()));
        _order = new int[items];
        _random = new NumpyRandom(options.Seed);
        Shuffle();
    }

    /// <inheritdoc/>
    public override int TokensPerBatch { get; }

    /// <inheritdoc/>
    public override int SequenceLength =>
        _options.Packing == InternEvoPacking.Unpack ? TokensPerBatch : _options.SequenceLength;

    /// <inheritdoc/>
    public override long BatchesPerEpoch { get; }

    /// <summary>
    /// Kind of data of each token of the batch last filled, [<see cref="TokensPerBatch"/>]: index of its folder's name.
    /// </summary>
    public ReadOnlyMemory<int> TypeIds => _typeIds;

    /// <inheritdoc/>
    public override SamplerState State
    {
        get => new(_epoch, _position, _fingerprint);
        set
        {
            RequireSame(_fingerprint, value);
            if (value.Position > BatchesPerEpoch)
            {
                throw new ArgumentException($"{value} has a position beyond the {BatchesPerEpoch} batches of an epoch");
            }

            _random = new NumpyRandom(_options.Seed);
            for (int epoch = 0; epoch <= value.Epoch; epoch++)
            {
                Shuffle();
            }

            (_epoch, _position) = (value.Epoch, value.Position);
        }
    }

    /// <inheritdoc/>
    public override void Next(MicroBatch batch)
    {
        Prepare(batch);
        if (_position == BatchesPerEpoch)
        {
            Shuffle();
            (_epoch, _position) = (_epoch + 1, 0);
        }

        int item = _order[_options.Rank + (_position * _options.WorldSize)];
        int file = _firstItem.BinarySearch(item);
        file = file < 0 ? ~file - 1 : file;
        while (_packed[file].Items == 0 || item >= _firstItem[file] + _packed[file].Items)
        {
            file++; // a file of less than one micro-batch begins where the next one begins
        }

        _packed[file].Fill(item - _firstItem[file], batch, _typeIds);
        _position++;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void Shuffle()
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        _random.Shuffle(_order.AsSpan());
    }
}
