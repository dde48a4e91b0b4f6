namespace Puyu.Data.Code;

/// <summary>Imports of C, C++, Go, C# and Java.</summary>
internal static class OtherImports
{
    /// <summary><c>#include "x"</c> and <c>#include &lt;x&gt;</c>.</summary>
    public static bool TryReadInclude(TokenCursor cursor, SourceOutline outline)
    {
        if (!cursor.IsAtLineStart || !cursor.Take("#") || !(cursor.Take("include") || cursor.Take("import")))
        {
            return false;
        }

        if (cursor.Take(CodeTokenKind.String) is { } quoted)
        {
            outline.Imports.Add(new ImportReference(quoted, ImportKind.Relative));
            return true;
        }

        if (!cursor.Take("<"))
        {
            return false;
        }

        var path = new System.Text.StringBuilder();
        while (cursor.Kind != CodeTokenKind.NewLine && !cursor.Is(">"))
        {
            path.Append(cursor.Text);
            cursor.Position++;
        }

        outline.Imports.Add(new ImportReference(path.ToString(), ImportKind.Searched));
        cursor.SkipLine();
        return true;
    }

    /// <summary><c>import "x"</c> and <c>import ( a "x"; . "y" )</c>; <c>package x</c>.</summary>
    public static bool TryReadGo(TokenCursor cursor, SourceOutline outline)
    {
        if (!cursor.IsAtStatement || !cursor.Take("import"))
        {
            return false;
        }

        bool isBracketed = cursor.Take("(");
        while (!cursor.IsAtEnd && !cursor.Take(")"))
        {
            if (cursor.Take(CodeTokenKind.String) is { } package)
            {
                outline.Imports.Add(new ImportReference(package, ImportKind.Module));
                if (!isBracketed)
                {
                    return true;
                }
            }
            else if (!isBracketed && cursor.Kind == CodeTokenKind.NewLine)
            {
                return false;
            }
            else
            {
                cursor.Position++;
            }
        }

        return isBracketed;
    }

    /// <summary><c>using a.b;</c>, <c>using static a.b.C;</c>, <c>using c = a.b.C;</c>; <c>namespace a.b</c>.</summary>
    public static bool TryReadCSharp(TokenCursor cursor, SourceOutline outline)
    {
        if (cursor.Take("namespace"))
        {
            return Declare(cursor, outline);
        }

        bool isGlobal = cursor.IsAtStatement && cursor.Take("global");
        if (!(isGlobal || cursor.IsAtStatement) || !cursor.Take("using"))
        {
            return false;
        }

        bool isStatic = cursor.Take("static");
        string path = cursor.TakePath(".");
        if (cursor.Take("="))
        {
            isStatic = true;
            path = cursor.TakePath(".");
        }

        // A using statement or declaration has something else here.
        if (path.Length == 0 || !(cursor.Take(";") || (isStatic && cursor.Is("<"))))
        {
            return false;
        }

        int dot = path.LastIndexOf('.');
        outline.Imports.Add(isStatic && dot > 0
            ? new ImportReference(path[..dot], ImportKind.Module, path[(dot + 1)..])
            : new ImportReference(path, ImportKind.Module));
        return true;
    }

    /// <summary><c>import a.b.C;</c>, <c>import static a.b.C.d;</c>, <c>import a.b.*;</c>, <c>package a;</c>.</summary>
    public static bool TryReadJava(TokenCursor cursor, SourceOutline outline)
    {
        if (!cursor.IsAtStatement)
        {
            return false;
        }

        if (cursor.Take("package"))
        {
            return Declare(cursor, outline);
        }

        if (!cursor.Take("import"))
        {
            return false;
        }

        bool isStatic = cursor.Take("static");
        string path = cursor.TakePath(".");
        bool isAll = cursor.TakeAll(".*");
        int dot = path.LastIndexOf('.');
        if (path.Length == 0 || (dot < 0 && !isAll))
        {
            return false;
        }

        if (isStatic && !isAll)
        {
            path = path[..dot];
            dot = path.LastIndexOf('.');
        }

        outline.Imports.Add((isAll && !isStatic) || dot < 0
            ? new ImportReference(path, ImportKind.Module)
            : new ImportReference(path[..dot], ImportKind.Module, path[(dot + 1)..]));
        return true;
    }

    private static bool Declare(TokenCursor cursor, SourceOutline outline)
    {
        string path = cursor.TakePath(".");
        if (path.Length > 0)
        {
            outline.Namespaces.Add(path);
        }

        return path.Length > 0;
    }
}
