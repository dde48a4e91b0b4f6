using System.Text;

namespace Puyu.Inference.Constraints;

/// <summary>Cuts ranges of characters into products of byte ranges.</summary>
/// <remarks>Source: Thompson's and Cox's construction, as in RE2 and in the Rust crate utf8-ranges.</remarks>
internal static class Utf8Ranges
{
    private static readonly int[] _lastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <summary>The byte sequences of a range of characters, each a range for every byte.</summary>
    /// <param name="first">A scalar value.</param>
    /// <param name="last">A scalar value, at least the first; no surrogate lies between.</param>
    public static IEnumerable<(byte First, byte Last)[]> Split(int first, int last)
    {
        for (int length = 1; length <= _lastOfLength.Length; length++)
        {
            int end = Math.Min(last, _lastOfLength[length - 1]);
            if (first <= end)
            {
                foreach ((byte First, byte Last)[] sequence in SplitOfOneLength(first, end, length))
                {
                    yield return sequence;
                }

                first = end + 1;
            }
        }
    }

    private static IEnumerable<(byte First, byte Last)[]> SplitOfOneLength(int first, int last, int length)
    {
        for (int i = 1; i < length; i++)
        {
            int mask = (1 << (6 * i)) - 1;
            if ((first & ~mask) == (last & ~mask))
            {
                continue;
            }

            int cut = (first & mask) != 0 ? (first | mask) + 1
                : (last & mask) != mask ? last & ~mask
                : first;
            if (cut > first)
            {
                return SplitOfOneLength(first, cut - 1, length).Concat(SplitOfOneLength(cut, last, length));
            }
        }

        return [[.. Bytes(first, length).Zip(Bytes(last, length))]];
    }

    private static byte[] Bytes(int character, int length)
    {
        byte[] bytes = new byte[length];
        new Rune(character).EncodeToUtf8(bytes);
        return bytes;
    }
}
