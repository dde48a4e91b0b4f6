using System.Numerics;

namespace Puyu.Data.Deduplication;

/// <summary>All suffixes of a text in ascending order, in linear time.</summary>
/// <remarks>
/// SA-IS. Source: Nong, Zhang and Chan, Two Efficient Algorithms for Linear Time Suffix Array Construction, IEEE
/// Transactions on Computers 60(10), 2011. A suffix is S if it is less than the next one, else L; the last is L, as if
/// something smallest followed. An LMS suffix is S after L. Sorting those by their stretches up to the next, by
/// induction or recursion, orders all. Besides the array it takes one bit a symbol, and the counts of the symbols.
/// </remarks>
internal static class SuffixArray
{
    private const int Empty = -1;

    /// <summary>Sorts the suffixes of a byte string.</summary>
    /// <param name="text">At most 2³¹ − 1 bytes.</param>
    /// <param name="suffixes">[length of the text], overwritten with their starts.</param>
    public static void Build(ReadOnlySpan<byte> text, Span<int> suffixes) => Build(text, suffixes, 256);

    private static void Build<T>(ReadOnlySpan<T> text, Span<int> suffixes, int alphabet)
        where T : unmanaged, IBinaryInteger<T>
    {
        int length = text.Length;
        if (length <= 1)
        {
            suffixes.Clear();
            return;
        }

        ulong[] isS = Classify(text);
        int[] counts = Count(text, alphabet);
        int[] edges = new int[alphabet];
        suffixes.Fill(Empty);
        Ends(counts, edges);
        for (int i = length - 1; i > 0; i--)
        {
            if (IsLms(isS, i))
            {
                suffixes[--edges[Symbol(text, i)]] = i;
            }
        }

        Induce(text, suffixes, isS, counts, edges);
        int found = MoveLmsToFront(suffixes, isS);
        Span<int> front = suffixes[..found];
        Span<int> names = suffixes[(length - found)..];
        int distinct = Name(text, suffixes, isS, found);
        SortByNames(names, front, distinct);
        ListLms(isS, length, names);
        for (int i = 0; i < found; i++)
        {
            front[i] = names[front[i]];
        }

        suffixes[found..].Fill(Empty);
        Ends(counts, edges);
        for (int i = found - 1; i >= 0; i--)
        {
            int suffix = front[i];
            front[i] = Empty;
            suffixes[--edges[Symbol(text, suffix)]] = suffix;
        }

        Induce(text, suffixes, isS, counts, edges);
    }

    private static int Symbol<T>(ReadOnlySpan<T> text, int i)
        where T : unmanaged, IBinaryInteger<T> => int.CreateTruncating(text[i]);

    private static ulong[] Classify<T>(ReadOnlySpan<T> text)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong[] isS = new ulong[(text.Length / 64) + 1];
        bool isLess = false;
        for (int i = text.Length - 2; i >= 0; i--)
        {
            isLess = text[i] < text[i + 1] || (text[i] == text[i + 1] && isLess);
            isS[i / 64] |= isLess ? 1UL << (i % 64) : 0;
        }

        return isS;
    }

    private static bool IsS(ulong[] isS, int i) => (isS[i >> 6] >> i & 1) != 0;

    private static bool IsLms(ulong[] isS, int i) => i > 0 && IsS(isS, i) && !IsS(isS, i - 1);

    private static int[] Count<T>(ReadOnlySpan<T> text, int alphabet)
        where T : unmanaged, IBinaryInteger<T>
    {
        int[] counts = new int[alphabet];
        foreach (T symbol in text)
        {
            counts[int.CreateTruncating(symbol)]++;
        }

        return counts;
    }

    private static void Starts(int[] counts, int[] edges)
    {
        int sum = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            edges[symbol] = sum;
            sum += counts[symbol];
        }
    }

    private static void Ends(int[] counts, int[] edges)
    {
        int sum = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            sum += counts[symbol];
            edges[symbol] = sum;
        }
    }

    /// <summary>From LMS suffixes in order: L suffixes from the left, then all S suffixes from the right.</summary>
    private static void Induce<T>(
        ReadOnlySpan<T> text, Span<int> suffixes, ulong[] isS, int[] counts, int[] edges)
        where T : unmanaged, IBinaryInteger<T>
    {
        Starts(counts, edges);
        suffixes[edges[Symbol(text, text.Length - 1)]++] = text.Length - 1;
        for (int i = 0; i < suffixes.Length; i++)
        {
            int previous = suffixes[i] - 1;
            if (previous >= 0 && !IsS(isS, previous))
            {
                suffixes[edges[Symbol(text, previous)]++] = previous;
            }
        }

        Ends(counts, edges);
        for (int i = suffixes.Length - 1; i >= 0; i--)
        {
            int previous = suffixes[i] - 1;
            if (previous >= 0 && IsS(isS, previous))
            {
                suffixes[--edges[Symbol(text, previous)]] = previous;
            }
        }
    }

    private static int MoveLmsToFront(Span<int> suffixes, ulong[] isS)
    {
        int found = 0;
        foreach (int suffix in suffixes)
        {
            if (IsLms(isS, suffix))
            {
                suffixes[found++] = suffix;
            }
        }

        return found;
    }

    /// <summary>
    /// Numbers the LMS stretches, equal ones alike, in their order; leaves the numbers at the end of the array, in the
    /// order of the text. LMS suffixes are at least two apart, so half their place is a place of their own.
    /// </summary>
    /// <returns>How many numbers there are.</returns>
    private static int Name<T>(ReadOnlySpan<T> text, Span<int> suffixes, ulong[] isS, int found)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<int> rest = suffixes[found..];
        rest.Fill(Empty);
        int name = 0;
        for (int i = 0; i < found; i++)
        {
            name += i > 0 && !AreEqual(text, isS, suffixes[i - 1], suffixes[i]) ? 1 : 0;
            rest[suffixes[i] / 2] = name;
        }

        int to = rest.Length;
        for (int i = rest.Length - 1; i >= 0; i--)
        {
            if (rest[i] != Empty)
            {
                rest[--to] = rest[i];
            }
        }

        return found == 0 ? 0 : name + 1;
    }

    /// <summary>Whether two stretches from an LMS suffix to the first symbol of the next are equal.</summary>
    private static bool AreEqual<T>(ReadOnlySpan<T> text, ulong[] isS, int a, int b)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; ; i++)
        {
            if (a + i == text.Length || b + i == text.Length || text[a + i] != text[b + i])
            {
                return false;
            }

            if (i > 0 && (IsLms(isS, a + i) || IsLms(isS, b + i)))
            {
                return IsLms(isS, a + i) && IsLms(isS, b + i);
            }
        }
    }

    private static void SortByNames(Span<int> names, Span<int> order, int distinct)
    {
        if (distinct < names.Length)
        {
            Build<int>(names, order, distinct);
            return;
        }

        for (int i = 0; i < names.Length; i++)
        {
            order[names[i]] = i;
        }
    }

    private static void ListLms(ulong[] isS, int length, Span<int> places)
    {
        int count = 0;
        for (int i = 1; i < length; i++)
        {
            if (IsLms(isS, i))
            {
                places[count++] = i;
            }
        }
    }
}
