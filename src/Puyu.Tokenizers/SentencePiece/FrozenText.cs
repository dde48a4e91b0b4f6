namespace Puyu.Tokenizers.SentencePiece;

/// <summary>
/// The user-defined pieces that are text: matched before anything else, longest first, and never split.
/// </summary>
internal sealed class FrozenText
{
    private readonly Dictionary<int, (byte[] Text, int Id)[]> _byFirst;

    /// <summary>Gathers them.</summary>
    public FrozenText(PieceTable pieces)
    {
        _byFirst = Enumerable.Range(0, pieces.Count)
            .Where(pieces.IsFrozenText)
            .Select(id => (Text: pieces.Text(id), Id: id))
            .GroupBy(piece => Utf8.Decode(piece.Text, 0, out _))
            .ToDictionary(group => group.Key, group => group.OrderByDescending(piece => piece.Text.Length).ToArray());
    }

    /// <summary>Code points that such a piece begins with.</summary>
    public IReadOnlyCollection<int> FirstCharacters => _byFirst.Keys;

    /// <summary>Length in bytes of the longest such piece that the text begins with, 0 for none, and its id.</summary>
    /// <param name="text">Begins with <paramref name="codePoint"/>.</param>
    /// <param name="codePoint">The first character.</param>
    /// <param name="id">The piece; −1 for none.</param>
    public int Match(ReadOnlySpan<byte> text, int codePoint, out int id)
    {
        id = -1;
        if (!_byFirst.TryGetValue(codePoint, out (byte[] Text, int Id)[]? candidates))
        {
            return 0;
        }

        foreach ((byte[] frozen, int frozenId) in candidates)
        {
            if (text.StartsWith(frozen))
            {
                id = frozenId;
                return frozen.Length;
            }
        }

        return 0;
    }
}
