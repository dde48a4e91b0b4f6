namespace Puyu.Tokenizers.SentencePiece;

/// <summary>The chat names that InternLM2 gives to six spare pieces of its model file.</summary>
internal static class InternLm2Names
{
    private const int FirstSpare = 92397;
    private const int VocabSize = 92544;

    private static readonly (string Name, int Spare)[] _names =
    [
        ("<|im_start|>", 146), ("<|im_end|>", 145), ("<|action_start|>", 144), ("<|action_end|>", 143),
        ("<|interpreter|>", 142), ("<|plugin|>", 141),
    ];

    /// <summary>The names, to ids, where the pieces are InternLM2's; empty otherwise.</summary>
    public static IReadOnlyDictionary<string, int> Of(IReadOnlyList<Piece> pieces)
    {
        bool isInternLm2 = pieces.Count == VocabSize && _names.All(
            name => pieces[FirstSpare + name.Spare] is { Type: PieceType.UserDefined } piece
                && piece.Text == $"[UNUSED_TOKEN_{name.Spare}]");
        return isInternLm2
            ? _names.ToDictionary(name => name.Name, name => FirstSpare + name.Spare)
            : new Dictionary<string, int>();
    }
}
