using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>The texts kept so far, found by any band of their signature.</summary>
/// <remarks>Texts that share a band form a chain, latest first: <c>_previous[text · bands + band]</c>.</remarks>
internal sealed class BandIndex(MinHash minHash, DeduplicationOptions options)
{
    private const int None = -1;

    private readonly Dictionary<ulong, int> _latest = [];
    private readonly List<int> _previous = [];
    private readonly List<int> _texts = [];
    private readonly int[] _entries = new int[options.Bands];

    /// <summary>The first kept text that is similar enough; if there is none, keeps this one.</summary>
    /// <param name="text">Index of the text.</param>
    /// <param name="signatures">Of all texts.</param>
    /// <returns>The similar text, or <see cref="Duplicates.Kept"/>.</returns>
    public int FindOrAdd(int text, uint[][] signatures)
    {
        uint[] signature = signatures[text];
        int found = int.MaxValue;
        for (int band = 0; band < options.Bands; band++)
        {
            _entries[band] = _latest.GetValueOrDefault(Key(signature, band), None);
            for (int entry = _entries[band]; entry != None; entry = _previous[(entry * options.Bands) + band])
            {
                int candidate = _texts[entry];
                if (candidate < found && minHash.Similarity(signature, signatures[candidate]) >= options.Threshold)
                {
                    found = candidate;
                }
            }
        }

        if (found != int.MaxValue)
        {
            return found;
        }

        Add(text, signature);
        return Duplicates.Kept;
    }

    private void Add(int text, uint[] signature)
    {
        for (int band = 0; band < options.Bands; band++)
        {
            _previous.Add(_entries[band]);
            _latest[Key(signature, band)] = _texts.Count;
        }

        _texts.Add(text);
    }

    private ulong Key(uint[] signature, int band)
    {
        ReadOnlySpan<uint> rows = signature.AsSpan(band * options.Rows, options.Rows);
        return (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(rows)) ^ (ulong)band;
    }
}
