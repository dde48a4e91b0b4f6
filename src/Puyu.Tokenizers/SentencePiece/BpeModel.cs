using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>What encoding with a byte-pair model over characters looks up. Shared by threads.</summary>
/// <remarks>
/// Symbols are piece ids, and above them characters that occur in pieces without being one.
/// </remarks>
internal sealed class BpeModel
{
    /// <summary>Flag of characters that a frozen piece begins with.</summary>
    public const int BeginsFrozen = 1 << 30;

    private readonly PieceTable _pieces;
    private readonly ByteStrings _texts;
    private readonly List<int> _extraCharacters = [];
    private readonly Dictionary<int, int[]> _unused;

    /// <summary>Builds the tables.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pieces">Its checked pieces.</param>
    /// <param name="frozen">Those that are matched first.</param>
    /// <exception cref="InvalidDataException">A merge does not fit its pieces.</exception>
    public BpeModel(SentencePieceModel model, PieceTable pieces, FrozenText frozen)
    {
        _pieces = pieces;
        Frozen = frozen;
        bool splits = model.Normalizer.SplitsAtSpaces;
        _texts = new ByteStrings(
            [.. Enumerable.Range(0, pieces.Count).Select(pieces.Text)],
            id => pieces.IsMergeable(id) && !(splits && pieces.Text(id).AsSpan(1).Contains((byte)' ')));
        AddCharacters();
        Merges = new MergeTable(2 * pieces.Count);
        if (model.Merges is null)
        {
            AddMergesByScore();
        }
        else
        {
            AddMerges(model.Merges);
        }

        HasAsciiFrozen = frozen.FirstCharacters.Any(codePoint => codePoint < 0x80);
        foreach (int codePoint in frozen.FirstCharacters)
        {
            Characters.Set(codePoint, Characters.Of(codePoint) | BeginsFrozen);
        }

        _unused = Enumerable.Range(0, pieces.Count)
            .Where(id => pieces.Type(id) == PieceType.Unused)
            .ToDictionary(id => id, ExpandUnused);
    }

    /// <summary>Which symbols merge.</summary>
    public MergeTable Merges { get; }

    /// <summary>Where text must not be cut.</summary>
    public BigramSet Bigrams { get; } = new();

    /// <summary>Code point to symbol + 1, 0 for unknown, with <see cref="BeginsFrozen"/>.</summary>
    public CharacterTable Characters { get; } = new();

    /// <summary>Whether an ASCII character begins a frozen piece.</summary>
    public bool HasAsciiFrozen { get; }

    /// <summary>Pieces that are matched before anything is merged.</summary>
    public FrozenText Frozen { get; }

    /// <summary>Whether a single character is what it is in the table, and never replaced.</summary>
    public bool HasPlainSymbols => _unused.Count == 0;

    /// <summary>Symbols below this are pieces.</summary>
    public int PieceCount => _pieces.Count;

    /// <summary>Byte pieces, null where unknown characters become the unknown piece.</summary>
    public int[]? ByteIds => _pieces.ByteIds;

    /// <summary>The character whose bytes a space falls back to.</summary>
    public char SpelledSpace => _pieces.SpelledSpace;

    /// <summary>The unknown piece; −1 where bytes make it unnecessary.</summary>
    public int UnknownId => _pieces.UnknownId ?? -1;

    /// <summary>Code point of a symbol that is no piece.</summary>
    public int ExtraCharacter(int symbol) => _extraCharacters[symbol - PieceCount];

    /// <summary>Symbols that a piece of type unused is replaced by; null for every other symbol.</summary>
    public int[]? Expansion(int symbol) => _unused.GetValueOrDefault(symbol);

    private void AddCharacters()
    {
        for (int id = 0; id < _pieces.Count; id++)
        {
            ReadOnlySpan<byte> text = _pieces.IsMergeable(id) ? _pieces.Text(id) : [];
            for (int at = 0; at < text.Length;)
            {
                int codePoint = Utf8.Decode(text, at, out int length);
                if (Characters.Of(codePoint) == 0)
                {
                    int symbol = _texts.Find(text.Slice(at, length));
                    if (symbol < 0)
                    {
                        symbol = PieceCount + _extraCharacters.Count;
                        _extraCharacters.Add(codePoint);
                    }

                    Characters.Set(codePoint, symbol + 1);
                }

                at += length;
            }
        }
    }

    /// <summary>
    /// Any two neighbours whose texts together are a piece merge, the piece of highest score first. Equal scores are
    /// equal ranks.
    /// </summary>
    private void AddMergesByScore()
    {
        int[] ids = [.. Enumerable.Range(0, PieceCount).Where(_pieces.IsMergeable)];
        Dictionary<float, int> ranks = ids.Select(_pieces.Score).Distinct().OrderDescending()
            .Select((score, rank) => (score, rank)).ToDictionary(pair => pair.score, pair => pair.rank);
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> text = _pieces.Text(id);
            if (_texts.Find(text) != id)
            {
                continue;
            }

            for (int middle = Utf8.Length(text[0]); middle < text.Length; middle += Utf8.Length(text[middle]))
            {
                int left = Symbol(text[..middle]);
                int right = left < 0 ? -1 : Symbol(text[middle..]);
                if (right >= 0)
                {
                    AddMerge(left, right, ranks[_pieces.Score(id)], id);
                }
            }
        }
    }

    private void AddMerges(IReadOnlyList<PieceMerge> merges)
    {
        for (int rank = 0; rank < merges.Count; rank++)
        {
            PieceMerge merge = merges[rank];
            if (_texts.Find(_pieces.Text(merge.Merged)) == merge.Merged)
            {
                AddMerge(merge.Left, merge.Right, rank, merge.Merged);
            }
        }
    }

    private void AddMerge(int left, int right, int rank, int merged)
    {
        Merges.TryAdd(left, right, rank, merged);
        ReadOnlySpan<byte> leftText = Text(left);
        int last = Utf8.Decode(leftText, Utf8.Previous(leftText, leftText.Length), out _);
        Bigrams.Add(last, Utf8.Decode(Text(right), 0, out _));
    }

    private int Symbol(ReadOnlySpan<byte> text)
    {
        int id = _texts.Find(text);
        return id < 0 && text.Length == Utf8.Length(text[0]) ? Characters.Of(Utf8.Decode(text, 0, out _)) - 1 : id;
    }

    private ReadOnlySpan<byte> Text(int symbol) => symbol < PieceCount
        ? _pieces.Text(symbol)
        : Utf8.Bytes(char.ConvertFromUtf32(ExtraCharacter(symbol)));

    /// <summary>An unused piece is taken apart into the two symbols it was merged from, and they likewise.</summary>
    private int[] ExpandUnused(int id)
    {
        ReadOnlySpan<byte> text = _pieces.Text(id);
        var characters = new List<int>();
        for (int at = 0; at < text.Length;)
        {
            characters.Add(Characters.Of(Utf8.Decode(text, at, out int length)) - 1);
            at += length;
        }

        var merger = new Merger(Merges);
        int[] symbols = [.. characters];
        return merger.Merge(symbols) == 1 && characters.Count > 1
            ? [.. Expand(merger.Last.Left), .. Expand(merger.Last.Right)]
            : [id];

        int[] Expand(int symbol) => symbol < PieceCount && _pieces.Type(symbol) == PieceType.Unused
            ? ExpandUnused(symbol)
            : [symbol];
    }
}
