namespace Puyu.Data.Code;

/// <summary>What a source file imports, declares and uses.</summary>
/// <param name="language">Its language.</param>
internal sealed class SourceOutline(CodeLanguage language)
{
    private readonly HashSet<string> _declarers = DeclarersOf(language);
    private bool _declares;

    /// <summary>Its imports, in order.</summary>
    public List<ImportReference> Imports { get; } = [];

    /// <summary>Words of its code outside imports, comments and strings.</summary>
    public HashSet<string> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>Words that follow a keyword of declaration, such as names of classes and functions.</summary>
    public HashSet<string> Declared { get; } = new(StringComparer.Ordinal);

    /// <summary>Namespaces or packages that it declares.</summary>
    public List<string> Namespaces { get; } = [];

    /// <summary>Notes the word that is next.</summary>
    public void Use(TokenCursor cursor)
    {
        if (cursor.Kind != CodeTokenKind.Word)
        {
            _declares &= cursor.Kind == CodeTokenKind.NewLine;
            return;
        }

        string word = cursor.Text.ToString();
        bool isKeyword = _declarers.Contains(word);
        if (_declares && !isKeyword)
        {
            Declared.Add(word);
        }

        _declares = isKeyword;
        Words.Add(word);
    }

    private static HashSet<string> DeclarersOf(CodeLanguage language) => new(
        language switch
        {
            CodeLanguage.CSharp => ["class", "struct", "record", "interface", "enum"],
            CodeLanguage.Java => ["class", "interface", "enum", "record"],
            CodeLanguage.Python => ["class", "def"],
            CodeLanguage.Go => ["func", "type", "var", "const"],
            CodeLanguage.Rust => ["fn", "struct", "enum", "trait", "type", "const", "static", "union"],
            CodeLanguage.JavaScript => ["class", "function", "const", "let", "var", "interface", "type", "enum"],
            _ => ["class", "struct", "enum", "union", "define"],
        },
        StringComparer.Ordinal);
}
