using System.Buffers;

namespace Puyu.Tokenizers;

/// <summary>Finds the literals of special tokens in trusted text: leftmost first, the longest of those.</summary>
internal sealed class SpecialSplitter
{
    private readonly IReadOnlyDictionary<string, int> _specialTokens;
    private readonly (byte[] Literal, int Id)[] _longestFirst;
    private readonly SearchValues<byte> _firstBytes;

    public SpecialSplitter(IReadOnlyDictionary<string, int> specialTokens)
    {
        _specialTokens = specialTokens;
        _longestFirst = [.. specialTokens
            .Where(token => token.Key.Length > 0)
            .Select(token => (Literal: Utf8.Bytes(token.Key), token.Value))
            .OrderByDescending(token => token.Literal.Length)];
        _firstBytes = SearchValues.Create([.. _longestFirst.Select(token => token.Literal[0]).Distinct()]);
    }

    /// <summary>This splitter, for some of the literals.</summary>
    public SpecialSplitter Only(IReadOnlySet<string> allowed)
    {
        if (allowed.FirstOrDefault(literal => !_specialTokens.ContainsKey(literal)) is string unknown)
        {
            throw new ArgumentException($"allowed holds '{unknown}' but the vocabulary has no such special token");
        }

        return new SpecialSplitter(allowed.ToDictionary(literal => literal, literal => _specialTokens[literal]));
    }

    /// <summary>Finds the next literal at or after <paramref name="from"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, int from, out int at, out int length, out int id)
    {
        for (at = from; at < utf8.Length; at++)
        {
            int step = utf8[at..].IndexOfAny(_firstBytes);
            if (step < 0)
            {
                break;
            }

            at += step;
            foreach ((byte[] literal, int literalId) in _longestFirst)
            {
                if (utf8[at..].StartsWith(literal))
                {
                    (length, id) = (literal.Length, literalId);
                    return true;
                }
            }
        }

        (length, id) = (0, 0);
        return false;
    }
}
