using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>Cuts texts into shingles, with buffers of its own: one for each thread.</summary>
internal sealed class Shingler(ShingleUnit unit, int length)
{
    private readonly List<ulong> _units = [];
    private ulong[] _shingles = new ulong[1024];

    /// <summary>Hashes of the words or characters of the last text, valid until the next.</summary>
    public List<ulong> Units => _units;

    /// <summary>Hashes of the shingles of a text, repeated ones included, valid until the next call.</summary>
    public Span<ulong> Cut(string text)
    {
        _units.Clear();
        if (unit == ShingleUnit.Words)
        {
            Words.Hash(text, _units);
        }
        else
        {
            Words.HashCharacters(text, _units);
        }

        ReadOnlySpan<ulong> units = CollectionsMarshal.AsSpan(_units);
        int count = Shingles.Count(units.Length, length);
        if (_shingles.Length < count)
        {
            _shingles = new ulong[Math.Max(count, 2 * _shingles.Length)];
        }

        for (int first = 0; first < count; first++)
        {
            _shingles[first] = Shingles.At(units, first, length);
        }

        return _shingles.AsSpan(0, count);
    }
}
