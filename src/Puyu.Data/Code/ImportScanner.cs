namespace Puyu.Data.Code;

/// <summary>Finds the imports of source files.</summary>
/// <remarks>
/// By tokens, not by lines, so that what stands in comments and strings is no import, and an import may go over several
/// lines.
/// </remarks>
internal static class ImportScanner
{
    /// <summary>The imports of a file, in order, and whatever words it uses besides.</summary>
    public static SourceOutline Read(CodeLanguage language, string text)
    {
        List<CodeToken> tokens = CodeLexer.Read(language, text);
        var cursor = new TokenCursor(text, tokens);
        var outline = new SourceOutline(language);
        while (!cursor.IsAtEnd)
        {
            int before = cursor.Position;
            bool isImport = language switch
            {
                CodeLanguage.Python => PythonImports.TryRead(cursor, outline),
                CodeLanguage.JavaScript => JavaScriptImports.TryRead(cursor, outline),
                CodeLanguage.Rust => RustImports.TryRead(cursor, outline),
                CodeLanguage.Cpp => OtherImports.TryReadInclude(cursor, outline),
                CodeLanguage.Go => OtherImports.TryReadGo(cursor, outline),
                CodeLanguage.CSharp => OtherImports.TryReadCSharp(cursor, outline),
                _ => OtherImports.TryReadJava(cursor, outline),
            };
            if (!isImport)
            {
                cursor.Position = before;
                outline.Use(cursor);
                cursor.Position++;
            }
        }

        return outline;
    }
}
