using System.Text;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Tests.SentencePiece;

/// <summary>
/// The definition: characters, but for user-defined pieces; while two neighbours that are not user-defined make a
/// piece, merge the two of highest score, the leftmost of those; what is no piece then becomes its bytes, or one
/// unknown. Quadratic.
/// </summary>
internal static class BpeReference
{
    public static List<int> Encode(IReadOnlyList<Piece> pieces, string text, bool byteFallback)
    {
        Dictionary<string, int> ids = pieces.Select((piece, id) => (piece.Text, id))
            .ToDictionary(pair => pair.Text, pair => pair.id);
        List<(string Text, bool IsFrozen)> symbols = Split(pieces, text.Replace(' ', '\u2581'));
        while (true)
        {
            int best = -1;
            float bestScore = float.NegativeInfinity;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (!symbols[i].IsFrozen && !symbols[i + 1].IsFrozen
                    && ids.TryGetValue(symbols[i].Text + symbols[i + 1].Text, out int id)
                    && pieces[id].Type == PieceType.Normal && pieces[id].Score > bestScore)
                {
                    (best, bestScore) = (i, pieces[id].Score);
                }
            }

            if (best < 0)
            {
                return Spell(symbols, ids, byteFallback);
            }

            symbols[best] = (symbols[best].Text + symbols[best + 1].Text, false);
            symbols.RemoveAt(best + 1);
        }
    }

    private static List<(string Text, bool IsFrozen)> Split(IReadOnlyList<Piece> pieces, string text)
    {
        string[] frozen = [.. pieces.Where(piece => piece.Type == PieceType.UserDefined).Select(piece => piece.Text)
            .OrderByDescending(piece => piece.Length)];
        var symbols = new List<(string Text, bool IsFrozen)>();
        for (int at = 0; at < text.Length;)
        {
            string? match = frozen.FirstOrDefault(piece => text.AsSpan(at).StartsWith(piece, StringComparison.Ordinal));
            symbols.Add((match ?? Rune.GetRuneAt(text, at).ToString(), match is not null));
            at += symbols[^1].Text.Length;
        }

        return symbols;
    }

    private static List<int> Spell(
        List<(string Text, bool IsFrozen)> symbols, Dictionary<string, int> ids, bool byteFallback)
    {
        var result = new List<int>();
        foreach ((string text, bool _) in symbols)
        {
            if (ids.TryGetValue(text, out int id))
            {
                result.Add(id);
            }
            else if (byteFallback)
            {
                result.AddRange(Encoding.UTF8.GetBytes(text).Select(value => ids[$"<0x{value:X2}>"]));
            }
            else if (result.Count == 0 || result[^1] != ids["<unk>"])
            {
                result.Add(ids["<unk>"]);
            }
        }

        return result;
    }
}
