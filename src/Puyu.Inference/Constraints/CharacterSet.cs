using System.Globalization;
using System.Text;

namespace Puyu.Inference.Constraints;

/// <summary>A set of Unicode scalar values.</summary>
/// <remarks>Immutable; surrogates are in no set.</remarks>
internal sealed class CharacterSet
{
    private const int LastCharacter = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    private CharacterSet((int First, int Last)[] ranges)
    {
        Ranges = ranges;
    }

    /// <summary>No character.</summary>
    public static CharacterSet None { get; } = new([]);

    /// <summary>All characters.</summary>
    public static CharacterSet All { get; } = Of((0, LastCharacter));

    /// <summary>Ascending ranges that neither touch nor overlap.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    /// <summary>The characters of ranges, both ends included.</summary>
    public static CharacterSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in ranges.SelectMany(WithoutSurrogates).Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CharacterSet([.. merged]);
    }

    /// <summary>The characters of a text.</summary>
    public static CharacterSet Of(string characters) =>
        Of(characters.EnumerateRunes().Select(rune => (rune.Value, rune.Value)));

    /// <summary>The characters of some Unicode categories.</summary>
    /// <param name="isMember">Judges a category.</param>
    public static CharacterSet Of(Func<UnicodeCategory, bool> isMember)
    {
        bool[] isIn = [.. Enum.GetValues<UnicodeCategory>().Select(isMember)];
        var ranges = new List<(int First, int Last)>();
        for (int character = 0; character <= LastCharacter; character++)
        {
            if (Rune.IsValid(character) && isIn[(int)Rune.GetUnicodeCategory(new Rune(character))])
            {
                if (ranges.Count > 0 && ranges[^1].Last == character - 1)
                {
                    ranges[^1] = (ranges[^1].First, character);
                }
                else
                {
                    ranges.Add((character, character));
                }
            }
        }

        return Of(ranges);
    }

    /// <summary>Whether a character is in the set.</summary>
    public bool Contains(int character) => Ranges.Any(range => range.First <= character && character <= range.Last);

    /// <summary>Characters of either set.</summary>
    public CharacterSet Union(CharacterSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>Characters that are not in the set.</summary>
    public CharacterSet Complement()
    {
        var ranges = new List<(int First, int Last)>();
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > next)
            {
                ranges.Add((next, first - 1));
            }

            next = last + 1;
        }

        ranges.Add((next, LastCharacter));
        return Of(ranges.Where(range => range.First <= range.Last));
    }

    /// <summary>Characters of this set that are not in the other.</summary>
    public CharacterSet Except(CharacterSet other) => Complement().Union(other).Complement();

    /// <summary>Characters of both sets.</summary>
    public CharacterSet Intersect(CharacterSet other) => Except(other.Complement());

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last) range)
    {
        if (range.First < FirstSurrogate)
        {
            yield return (range.First, Math.Min(range.Last, FirstSurrogate - 1));
        }

        if (range.Last > LastSurrogate)
        {
            yield return (Math.Max(range.First, LastSurrogate + 1), range.Last);
        }
    }
}
