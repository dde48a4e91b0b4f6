namespace Puyu.Data.Code;

/// <summary>
/// <c>import … from 'x'</c>, <c>import 'x'</c>, <c>export … from 'x'</c>, <c>import('x')</c> and <c>require('x')</c>.
/// </summary>
internal static class JavaScriptImports
{
    /// <summary>Reads an import, if one is next.</summary>
    public static bool TryRead(TokenCursor cursor, SourceOutline outline)
    {
        if (cursor.Is("require") || (cursor.Is("import") && !cursor.PreviousIs(".")))
        {
            bool isImport = cursor.Is("import");
            cursor.Position++;
            if (cursor.Take("("))
            {
                return cursor.Take(CodeTokenKind.String) is { } called && Add(outline, called, null);
            }

            return isImport && (cursor.Take(CodeTokenKind.String) is { } bare
                ? Add(outline, bare, null) : ReadNames(cursor, outline));
        }

        return cursor.IsAtStatement && cursor.Take("export") && ReadNames(cursor, outline);
    }

    /// <summary>Names up to <c>from</c> and the module.</summary>
    private static bool ReadNames(TokenCursor cursor, SourceOutline outline)
    {
        var names = new List<string>();
        bool isAll = false;
        while (!cursor.IsAtEnd && !(cursor.Is("from") && (isAll || names.Count > 0)))
        {
            bool isMark = IsOfList(cursor);
            if (!isMark && cursor.Kind is not (CodeTokenKind.Word or CodeTokenKind.NewLine))
            {
                return false;
            }

            isAll |= isMark;
            if (IsName(cursor))
            {
                names.Add(cursor.Text.ToString());
            }

            cursor.Position++;
        }

        return cursor.Take("from") && cursor.Take(CodeTokenKind.String) is { } module
            && AddAll(outline, module, names);
    }

    private static bool IsOfList(TokenCursor cursor) =>
        cursor.Is("{") || cursor.Is("}") || cursor.Is(",") || cursor.Is("*");

    /// <summary>A name as the module has it, not the one it gets here.</summary>
    private static bool IsName(TokenCursor cursor) => cursor.Kind == CodeTokenKind.Word
        && !cursor.PreviousIs("as") && !cursor.Is("type") && !cursor.Is("as");

    private static bool AddAll(SourceOutline outline, string module, List<string> names)
    {
        if (names.Count == 0)
        {
            return Add(outline, module, null);
        }

        foreach (string name in names)
        {
            _ = Add(outline, module, name);
        }

        return true;
    }

    private static bool Add(SourceOutline outline, string module, string? name)
    {
        bool isRelative = module.StartsWith('.') || module.StartsWith('/');
        outline.Imports.Add(new ImportReference(module, isRelative ? ImportKind.Relative : ImportKind.Module, name));
        return true;
    }
}
