namespace Puyu.Tokenizers;

/// <summary>Tokens that are matched as they are, before the vocabulary is asked.</summary>
/// <remarks>
/// A special one is matched in trusted text only. One that is not, such as a run of spaces, is text, and is matched in
/// untrusted text too, unless it is bracketed like a marker: see <see cref="IsBracketed"/>.
/// </remarks>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, int> _special = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _text = new(StringComparer.Ordinal);

    /// <summary>Special tokens, literal to id.</summary>
    public IReadOnlyDictionary<string, int> Special => _special;

    /// <summary>Ordinary text, literal to id.</summary>
    public IReadOnlyDictionary<string, int> Text => _text;

    /// <summary>Whether a text looks like a marker: brackets of a kind around at least one letter or digit.</summary>
    public static bool IsBracketed(string text) =>
        text.Length >= 3
        && (text[0], text[^1]) is ('<', '>') or ('[', ']') or ('{', '}')
        && text.Any(char.IsLetterOrDigit);

    /// <summary>Adds a token.</summary>
    /// <param name="literal">What it is matched by.</param>
    /// <param name="id">Its id.</param>
    /// <param name="isSpecial">Whether its file calls it special.</param>
    public void Add(string literal, int id, bool isSpecial)
    {
        if (literal.Length > 0)
        {
            (isSpecial || IsBracketed(literal) ? _special : _text).TryAdd(literal, id);
        }
    }
}
