namespace Puyu.Data.Code;

/// <summary><c>mod a;</c> and <c>use crate::a::{b, c as d, e::*};</c>.</summary>
internal static class RustImports
{
    /// <summary>Reads an import, if one is next.</summary>
    public static bool TryRead(TokenCursor cursor, SourceOutline outline)
    {
        if (cursor.Take("mod"))
        {
            string? part = cursor.Take(CodeTokenKind.Word);
            if (part is null || !cursor.Take(";"))
            {
                return false;
            }

            outline.Imports.Add(new ImportReference(part, ImportKind.Part));
            return true;
        }

        return cursor.Take("use") && ReadTree(cursor, outline);
    }

    private static bool ReadTree(TokenCursor cursor, SourceOutline outline)
    {
        var prefixes = new Stack<string>();
        string prefix = "";
        while (!cursor.IsAtEnd && !cursor.Is(";"))
        {
            cursor.SkipLines();
            string path = cursor.TakePath("::");
            if (path.Length > 0 && cursor.TakeAll("::"))
            {
                path = Join(prefix, path);
                if (cursor.Take("{"))
                {
                    prefixes.Push(prefix);
                    prefix = path;
                }
                else
                {
                    outline.Imports.Add(new ImportReference(path, ImportKind.Module));
                    _ = cursor.Take("*");
                }
            }
            else if (path.Length > 0)
            {
                outline.Imports.Add(new ImportReference(Join(prefix, path), ImportKind.Module));
                if (cursor.Take("as"))
                {
                    _ = cursor.Take(CodeTokenKind.Word);
                }
            }
            else if (cursor.Take("}"))
            {
                prefix = prefixes.TryPop(out string? outer) ? outer : "";
            }
            else if (!cursor.IsAtEnd && !cursor.Is(";"))
            {
                cursor.Position++;
            }
        }

        return cursor.Take(";");
    }

    private static string Join(string prefix, string path) => prefix.Length == 0 ? path : $"{prefix}::{path}";
}
