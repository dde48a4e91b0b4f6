using System.Globalization;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>
/// A byte-level vocabulary as text files write it: tokens spelled in <see cref="ByteAlphabet"/>, and merges.
/// </summary>
internal sealed class ByteLevelVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<byte[]> _tokens = [];
    private readonly MergeTable _merges = new();

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
    public void AddMerge(string left, string right)
    {
        string? unknown = !_ids.TryGetValue(left, out int leftId) ? left
            : !_ids.TryGetValue(right, out int rightId) ? right
            : !_ids.TryGetValue(left + right, out int mergedId) ? left + right
            : Note(leftId, rightId, mergedId);
        if (unknown is not null)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"merge {_merges.Count} ('{left}', '{right}') names '{unknown}', which the vocabulary does not have"));
        }

        string? Note(int leftId, int rightId, int mergedId)
        {
            _merges.TryAdd(leftId, rightId, _merges.Count, mergedId);
            return null;
        }
    }

    /// <summary>Adds a merge written as two tokens with a space between.</summary>
    public void AddMerge(string merge)
    {
        int space = merge.IndexOf(' ', StringComparison.Ordinal);
        if (space < 1 || space == merge.Length - 1)
        {
            throw new InvalidDataException($"merge {_merges.Count} is '{merge}' but must be two tokens");
        }

        AddMerge(merge[..space], merge[(space + 1)..]);
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
}
