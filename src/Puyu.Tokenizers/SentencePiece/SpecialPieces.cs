namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Which pieces untrusted text must never become.</summary>
/// <remarks>
/// <para>
/// Control and unknown pieces never match text, and neither do byte pieces. A user-defined piece does match text, and
/// the format does not say whether it is a chat marker or a letter. The rule here: it is special when it is bracketed,
/// that is, begins with one of <c>&lt; [ {</c>, ends with the bracket that closes it, and has a letter or digit
/// between.
/// </para>
/// <para>
/// So InternLM2's 147 <c>[UNUSED_TOKEN_n]</c> are special, and its 45 full-width letters and punctuation marks are
/// text.
/// </para>
/// </remarks>
internal static class SpecialPieces
{
    /// <summary>Whether a piece is a special token.</summary>
    public static bool IsSpecial(Piece piece) => piece.Type switch
    {
        PieceType.Control or PieceType.Unknown => true,
        PieceType.UserDefined => AddedTokens.IsBracketed(piece.Text),
        _ => false,
    };

    /// <summary>Literal to id of every special token.</summary>
    public static Dictionary<string, int> Of(SentencePieceModel model)
    {
        var literals = new Dictionary<string, int>(model.Aliases);
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            if (IsSpecial(model.Pieces[id]) && model.Pieces[id].Text.Length > 0)
            {
                literals.TryAdd(model.Pieces[id].Text, id);
            }
        }

        return literals;
    }
}
