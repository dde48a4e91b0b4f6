namespace Puyu.Tokenizers.SentencePiece;

/// <summary>What encoding with a unigram language model looks up. Shared by threads.</summary>
internal sealed class UnigramModel
{
    private const float UnknownPenalty = 10;
    private const double FrozenDiscount = 0.1;

    private readonly PieceTable _pieces;
    private readonly float _maxScore;

    /// <summary>Builds the tables.</summary>
    public UnigramModel(SentencePieceModel model, PieceTable pieces)
    {
        _pieces = pieces;
        bool splits = model.Normalizer.SplitsAtSpaces;
        Trie = new ByteTrie(Enumerable.Range(0, pieces.Count)
            .Where(id => pieces.Type(id) == PieceType.Normal || pieces.IsFrozenText(id))
            .Where(id => !(splits && pieces.Text(id).AsSpan(1).Contains((byte)' ')))
            .Select(id => (pieces.Text(id), id))
            .DistinctBy(piece => Convert.ToHexString(piece.Item1)));
        float[] scores = [.. Enumerable.Range(0, pieces.Count)
            .Where(id => pieces.Type(id) == PieceType.Normal).Select(pieces.Score)];
        UnknownScore = scores.DefaultIfEmpty(0).Min() - UnknownPenalty;

        // The library starts its maximum from the smallest positive float, which log probabilities never exceed.
        _maxScore = scores.Append(1.17549435e-38f).Max();
    }

    /// <summary>Pieces by their text.</summary>
    public ByteTrie Trie { get; }

    /// <summary>Score of a character that is no piece: ten nats below the least probable piece.</summary>
    public float UnknownScore { get; }

    /// <summary>The unknown piece; −1 where bytes make it unnecessary.</summary>
    public int UnknownId => _pieces.UnknownId ?? -1;

    /// <summary>The character whose bytes a space falls back to.</summary>
    public char SpelledSpace => _pieces.SpelledSpace;

    /// <summary>Byte pieces, null where unknown characters become the unknown piece.</summary>
    public int[]? ByteIds => _pieces.ByteIds;

    /// <summary>Score of a piece; frozen text gets one that nothing beats.</summary>
    public double Score(int id, int length) => _pieces.Type(id) == PieceType.UserDefined
        ? (length * _maxScore) - FrozenDiscount
        : _pieces.Score(id);
}
