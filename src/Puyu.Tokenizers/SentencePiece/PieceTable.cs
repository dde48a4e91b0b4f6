using System.Globalization;
using System.Text;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>A checked vocabulary of pieces: what each one spells, and which role it has. Shared by threads.</summary>
/// <remarks>Spaces are spaces here: U+2581 of the file is taken back, where the model escapes at all.</remarks>
internal sealed class PieceTable
{
    // Every way of splitting a piece is looked at when merges are built, which is quadratic in its length.
    private const int MaxTextBytes = 1024;

    private readonly Piece[] _pieces;
    private readonly byte[][] _texts;

    /// <summary>Checks a model.</summary>
    /// <exception cref="InvalidDataException">A piece breaks a rule; names its id.</exception>
    public PieceTable(SentencePieceModel model)
    {
        _pieces = [.. model.Pieces];
        bool escapes = model.Normalizer.EscapesSpaces;
        _texts = Array.ConvertAll(
            _pieces, piece => Utf8.Bytes(escapes ? piece.Text.Replace('\u2581', ' ') : piece.Text));
        UnknownId = model.Ids.Unknown;
        SpelledSpace = escapes ? '\u2581' : ' ';
        var seen = new Dictionary<string, int>(_pieces.Length);
        for (int id = 0; id < _pieces.Length; id++)
        {
            if (Problem(id, seen) is string problem)
            {
                throw new InvalidDataException($"piece {id} '{_pieces[id].Text}' {problem}");
            }
        }

        ByteIds = model.HasByteFallback ? FindBytes(seen) : null;
        if (ByteIds is null && UnknownId is null)
        {
            throw new InvalidDataException($"none of the {_pieces.Length} pieces is of type unknown but one must be");
        }
    }

    /// <summary>Number of pieces.</summary>
    public int Count => _pieces.Length;

    /// <summary>Ids of the byte pieces; null where unknown characters become <see cref="UnknownId"/>.</summary>
    public int[]? ByteIds { get; }

    /// <summary>Id of the unknown piece.</summary>
    public int? UnknownId { get; }

    /// <summary>The character whose bytes a space falls back to, where no piece spells it.</summary>
    public char SpelledSpace { get; }

    /// <summary>What a piece is for.</summary>
    public PieceType Type(int id) => _pieces[id].Type;

    /// <summary>Score of a piece.</summary>
    public float Score(int id) => _pieces[id].Score;

    /// <summary>UTF-8 of what a piece spells, spaces as spaces.</summary>
    public byte[] Text(int id) => _texts[id];

    /// <summary>Whether a piece takes part in merging.</summary>
    public bool IsMergeable(int id) => Type(id) is PieceType.Normal or PieceType.Unused;

    /// <summary>Whether a piece is text that is matched first and stands alone.</summary>
    public bool IsFrozenText(int id) => Type(id) == PieceType.UserDefined && !SpecialPieces.IsSpecial(_pieces[id]);

    /// <summary>What each id decodes to.</summary>
    /// <param name="model">The model that was checked.</param>
    public byte[][] DecodedBytes(SentencePieceModel model)
    {
        byte[][] decoded = [.. Enumerable.Range(0, Count).Select(id => Type(id) switch
        {
            PieceType.Control => [],
            PieceType.Unknown => Encoding.UTF8.GetBytes(model.UnknownSurface),
            PieceType.Byte => [ByteOf(_pieces[id].Text)!.Value],
            _ => _texts[id],
        })];
        foreach ((string literal, int id) in model.Aliases)
        {
            decoded[id] = Encoding.UTF8.GetBytes(literal);
        }

        return decoded;
    }

    private static byte? ByteOf(string text) =>
        text is ['<', '0', 'x', char high, char low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low)
            ? Convert.FromHexString([high, low])[0]
            : null;

    private string? Problem(int id, Dictionary<string, int> seen)
    {
        Piece piece = _pieces[id];
        if (!Enum.IsDefined(piece.Type))
        {
            return $"is of type {(int)piece.Type} but types are 1 to 6";
        }

        if (piece.Type == PieceType.Byte && ByteOf(piece.Text) is null)
        {
            return "is a byte piece but does not look like <0x41>";
        }

        if (_texts[id].Length is 0 or > MaxTextBytes)
        {
            return $"has {_texts[id].Length} bytes but pieces have 1 to {MaxTextBytes}";
        }

        if (!float.IsFinite(piece.Score))
        {
            return string.Create(CultureInfo.InvariantCulture, $"has the score {piece.Score} but scores are finite");
        }

        return seen.TryAdd(piece.Text, id) ? null : $"is there twice: as piece {seen[piece.Text]} too";
    }

    private int[] FindBytes(Dictionary<string, int> seen)
    {
        var ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
        {
            if (!seen.TryGetValue($"<0x{value:X2}>", out ids[value]) || Type(ids[value]) != PieceType.Byte)
            {
                throw new InvalidDataException(
                    $"the model falls back to bytes but has no byte piece <0x{value:X2}>, and must have all 256");
            }
        }

        return ids;
    }
}
