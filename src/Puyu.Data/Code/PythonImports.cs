namespace Puyu.Data.Code;

/// <summary><c>import a.b as c, d</c> and <c>from ..a import (b as c, d)</c>.</summary>
internal static class PythonImports
{
    /// <summary>Reads an import, if one is next.</summary>
    public static bool TryRead(TokenCursor cursor, SourceOutline outline)
    {
        if (!(cursor.IsAtStatement || cursor.PreviousIs(":")))
        {
            return false;
        }

        return cursor.Take("import") ? ReadModules(cursor, outline) : cursor.Take("from") && ReadNames(cursor, outline);
    }

    private static bool ReadModules(TokenCursor cursor, SourceOutline outline)
    {
        do
        {
            string module = cursor.TakePath(".");
            if (module.Length == 0)
            {
                return false;
            }

            outline.Imports.Add(new ImportReference(module, ImportKind.Module));
            SkipAlias(cursor);
        }
        while (cursor.Take(","));

        return true;
    }

    private static bool ReadNames(TokenCursor cursor, SourceOutline outline)
    {
        int dots = 0;
        while (cursor.Take("."))
        {
            dots++;
        }

        string module = new string('.', dots) + (cursor.Is("import") ? "" : cursor.TakePath("."));
        if (module.Length == 0 || !cursor.Take("import"))
        {
            return false;
        }

        bool isBracketed = cursor.Take("(");
        do
        {
            SkipLinesIf(cursor, isBracketed);
            string? name = cursor.Take("*") ? null : cursor.Take(CodeTokenKind.Word);
            if (name is not null || cursor.PreviousIs("*"))
            {
                outline.Imports.Add(new ImportReference(module, ImportKind.Module, name));
            }

            SkipAlias(cursor);
            SkipLinesIf(cursor, isBracketed);
        }
        while (cursor.Take(","));

        _ = isBracketed && cursor.Take(")");
        return true;
    }

    private static void SkipAlias(TokenCursor cursor)
    {
        if (cursor.Take("as"))
        {
            _ = cursor.Take(CodeTokenKind.Word);
        }
    }

    private static void SkipLinesIf(TokenCursor cursor, bool isBracketed)
    {
        if (isBracketed)
        {
            cursor.SkipLines();
        }
    }
}
