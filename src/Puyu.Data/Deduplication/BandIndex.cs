namespace Puyu.Data.Deduplication;

/// <summary>The texts kept so far, found by any band of their signature.</summary>
/// <remarks>Texts that share a band form a chain, latest first: <c>_previous[text · bands + band]</c>.</remarks>
/// <param name="banding">How signatures are cut.</param>
internal sealed class BandIndex(Banding banding)
{
    private const int None = -1;
    private const int MaxCleared = 4096;

    private readonly List<int> _previous = [];
    private readonly List<int> _texts = [];
    private readonly List<int> _candidates = [];
    private Dictionary<ulong, int> _latest = [];

    /// <summary>The first kept text that shares a band and is similar enough.</summary>
    /// <param name="signature">Of the text that is looked for.</param>
    /// <param name="isSimilar">Whether a kept text is similar enough to it.</param>
    /// <returns>The kept text, or <see cref="Duplicates.Kept"/>.</returns>
    public int Find(ReadOnlySpan<uint> signature, Func<int, bool> isSimilar)
    {
        _candidates.Clear();
        for (int band = 0; band < banding.Bands; band++)
        {
            int entry = _latest.GetValueOrDefault(banding.Key(signature, band), None);
            for (; entry != None; entry = _previous[(entry * banding.Bands) + band])
            {
                _candidates.Add(_texts[entry]);
            }
        }

        _candidates.Sort();
        int tried = None;
        foreach (int candidate in _candidates)
        {
            if (candidate != tried && isSimilar(candidate))
            {
                return candidate;
            }

            tried = candidate;
        }

        return Duplicates.Kept;
    }

    /// <summary>Keeps a text.</summary>
    /// <param name="text">Its number; greater than those of the texts kept before.</param>
    /// <param name="signature">Its signature.</param>
    public void Add(int text, ReadOnlySpan<uint> signature)
    {
        for (int band = 0; band < banding.Bands; band++)
        {
            ulong key = banding.Key(signature, band);
            _previous.Add(_latest.GetValueOrDefault(key, None));
            _latest[key] = _texts.Count;
        }

        _texts.Add(text);
    }

    /// <summary>Forgets all texts.</summary>
    public void Clear()
    {
        if (_latest.Capacity > MaxCleared)
        {
            _latest = []; // clearing takes as long as the dictionary has ever been large
        }

        _latest.Clear();
        _previous.Clear();
        _texts.Clear();
    }
}
