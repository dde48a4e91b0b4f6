namespace Puyu.Data.Decontamination;

/// <summary>
/// Hashes of all runs of n units of a text: n words, or the greater number of units where most are ideographs, since
/// one says less than a word.
/// </summary>
/// <remarks>
/// Which of the two lengths counts is decided by the run itself, so that a run copied into another text is the same run
/// there. Runs of which most are numbers say nothing, numbers being all alike, and do not count. The hash is rolling:
/// Σ uᵢ Bⁿ⁻¹⁻ⁱ modulo 2⁶⁴, mixed.
/// </remarks>
internal ref struct MatchWindows
{
    private const ulong Base = 0xD6E8FEB86659FD93;
    private const int Capacity = 64; // units remembered; a power of two above every length

    private readonly int _words;
    private readonly int _ideographs;
    private readonly ulong _wordsOut;
    private readonly ulong _ideographsOut;
    private MatchUnits _units;
    private Ring _ring;
    private ulong _ofWords;
    private ulong _ofIdeographs;
    private int _ideographsOfWords;
    private int _numbersOfWords;
    private int _ideographsOfIdeographs;

    /// <summary>Begins a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Units of a run of words, in [2, 64).</param>
    /// <param name="ideographs">Units of a run of ideographs, in [2, 64).</param>
    public MatchWindows(ReadOnlySpan<char> text, int words, int ideographs)
    {
        _units = new MatchUnits(text);
        _words = words;
        _ideographs = ideographs;
        _wordsOut = Power(words);
        _ideographsOut = Power(ideographs);
    }

    /// <summary>Hash of the run.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Where it begins in the text.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends in the text.</summary>
    public readonly int End => _units.End;

    /// <summary>Units read so far.</summary>
    public int Units { get; private set; }

    /// <summary>Goes on to the next run.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool Next()
    {
        while (_units.Next())
        {
            Take();
            if (Units >= _words && 2 * _ideographsOfWords <= _words && 2 * _numbersOfWords <= _words)
            {
                Hash = Hashing.Mix(_ofWords);
                Start = _ring.Starts[(Units - _words) & (Capacity - 1)];
                return true;
            }

            if (Units >= _ideographs && 2 * _ideographsOfIdeographs > _ideographs)
            {
                Hash = Hashing.Mix(_ofIdeographs + 1);
                Start = _ring.Starts[(Units - _ideographs) & (Capacity - 1)];
                return true;
            }
        }

        return false;
    }

    private static ulong Power(int exponent)
    {
        ulong power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= Base;
        }

        return power;
    }

    private void Take()
    {
        ulong hash = _units.Hash;
        UnitKind kind = _units.Kind;
        _ofWords = (_ofWords * Base) + hash;
        _ofIdeographs = (_ofIdeographs * Base) + hash;
        if (Units >= _words)
        {
            int left = (Units - _words) & (Capacity - 1);
            _ofWords -= _wordsOut * _ring.Hashes[left];
            Count((UnitKind)_ring.Kinds[left], -1, ref _ideographsOfWords);
        }

        if (Units >= _ideographs)
        {
            int left = (Units - _ideographs) & (Capacity - 1);
            _ofIdeographs -= _ideographsOut * _ring.Hashes[left];
            _ideographsOfIdeographs -= (UnitKind)_ring.Kinds[left] == UnitKind.Ideograph ? 1 : 0;
        }

        int place = Units & (Capacity - 1);
        _ring.Hashes[place] = hash;
        _ring.Starts[place] = _units.Start;
        _ring.Kinds[place] = (byte)kind;
        Count(kind, 1, ref _ideographsOfWords);
        _ideographsOfIdeographs += kind == UnitKind.Ideograph ? 1 : 0;
        Units++;
    }

    private void Count(UnitKind kind, int by, ref int ideographs)
    {
        ideographs += kind == UnitKind.Ideograph ? by : 0;
        _numbersOfWords += kind == UnitKind.Number ? by : 0;
    }

    private struct Ring
    {
        public HashRing Hashes;
        public StartRing Starts;
        public KindRing Kinds;
    }

    [System.Runtime.CompilerServices.InlineArray(Capacity)]
    private struct HashRing
    {
        private ulong _first;
    }

    [System.Runtime.CompilerServices.InlineArray(Capacity)]
    private struct StartRing
    {
        private int _first;
    }

    [System.Runtime.CompilerServices.InlineArray(Capacity)]
    private struct KindRing
    {
        private byte _first;
    }
}
