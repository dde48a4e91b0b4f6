using System.Globalization;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>
/// A byte-level vocabulary as text files write it: tokens spelled in <see cref="ByteAlphabet"/>, and merges.
/// </summary>
/// <param name="tokens">How many there will be; about as many merges.</param>
internal sealed class ByteLevelVocabulary(int tokens)
{
    private const int MaxStackChars = 256;

    private readonly Dictionary<string, int> _ids = new(tokens, StringComparer.Ordinal);
    private readonly List<byte[]> _tokens = new(tokens);
    private readonly MergeTable _merges = new(tokens);

    /// <summary>Number of ids.</summary>
    public int Count => _tokens.Count;

    /// <summary>Adds the token of the next id.</summary>
    /// <param name="spelled">Its spelling; null for an id that is a special token's, or free.</param>
    /// <exception cref="InvalidDataException">A character spells no byte, or the token is there twice.</exception>
    public void Add(string? spelled)
    {
        byte[] bytes = [];
        if (spelled is not null && !ByteAlphabet.TryRead(spelled, out bytes))
        {
            throw new InvalidDataException($"token {Count} '{spelled}' has a character that spells no byte");
        }

        if (bytes.Length > 0 && !_ids.TryAdd(spelled!, Count))
        {
            throw new InvalidDataException($"token {Count} '{spelled}' is there twice: as token {_ids[spelled!]} too");
        }

        _tokens.Add(bytes);
    }

    /// <summary>Adds the next merge.</summary>
    /// <exception cref="InvalidDataException">One of the three tokens is unknown.</exception>
    public void AddMerge(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Span<char> both = left.Length + right.Length <= MaxStackChars
            ? stackalloc char[left.Length + right.Length]
            : new char[left.Length + right.Length];
        left.CopyTo(both);
        right.CopyTo(both[left.Length..]);
        _merges.TryAdd(Find(left, left, right), Find(right, left, right), _merges.Count, Find(both, left, right));
    }

    /// <summary>Adds a merge written as two tokens with a space between.</summary>
    public void AddMerge(string merge)
    {
        int space = merge.IndexOf(' ', StringComparison.Ordinal);
        if (space < 1 || space == merge.Length - 1)
        {
            throw new InvalidDataException($"merge {_merges.Count} is '{merge}' but must be two tokens");
        }

        AddMerge(merge.AsSpan(0, space), merge.AsSpan(space + 1));
    }

    /// <summary>The finished model.</summary>
    /// <param name="takesWholePretokens">Whether a pretoken that is a token becomes it without merges.</param>
    /// <exception cref="InvalidDataException">A byte has no token.</exception>
    public ByteLevelModel Build(bool takesWholePretokens)
    {
        try
        {
            return ByteLevelModel.FromMerges(new ByteStrings(_tokens), _merges, takesWholePretokens);
        }
        catch (ArgumentException missing)
        {
            throw new InvalidDataException(missing.Message, missing);
        }
    }

    /// <summary>Id of a token that a merge names.</summary>
    private int Find(ReadOnlySpan<char> token, ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out int id)
            ? id
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"merge {_merges.Count} ('{left}', '{right}') names '{token}', which the vocabulary does not have"));
}
