using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Files;

/// <summary>Adds to a SentencePiece model what the configuration beside it says.</summary>
internal static class SentencePieceConfig
{
    /// <summary>Names pieces anew, adds tokens behind the last piece, and gives roles.</summary>
    /// <exception cref="InvalidDataException">
    /// An added token leaves a gap, or a role goes to no special token.
    /// </exception>
    public static SentencePieceModel Apply(SentencePieceModel model, TokenizerConfig config)
    {
        var pieces = model.Pieces.ToList();
        var aliases = new Dictionary<string, int>(model.Aliases);
        foreach ((int id, string literal, bool isSpecial) in config.AddedTokens.OrderBy(token => token.Id))
        {
            if (id > pieces.Count)
            {
                throw new InvalidDataException(
                    $"{TokenizerConfig.FileName} adds '{literal}' as {id} but the vocabulary ends at {pieces.Count}");
            }

            if (id == pieces.Count)
            {
                pieces.Add(new Piece(literal, 0, isSpecial ? PieceType.Control : PieceType.UserDefined));
                Name(id, literal, isSpecial);
            }
            else if (pieces[id].Text != literal)
            {
                Name(id, literal, isSpecial || SpecialPieces.IsSpecial(pieces[id]));
            }
        }

        SentencePieceModel named = model with { Pieces = pieces, Aliases = aliases };
        return named with { Ids = config.Resolve(SpecialPieces.Of(named), model.Ids) };

        void Name(int id, string literal, bool isSpecial)
        {
            if (isSpecial)
            {
                aliases[literal] = id;
            }
        }
    }
}
