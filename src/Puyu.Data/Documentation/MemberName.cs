using System.Text;

namespace Puyu.Data.Documentation;

/// <summary>Takes documentation IDs apart and makes them readable.</summary>
/// <remarks>
/// Source: C# language specification, annex D.4.2 (ID string format): <c>#</c> stands for a dot inside a name,
/// <c>`n</c> is the arity of a type or its n-th parameter, <c>``n</c> that of a method, braces enclose type arguments.
/// </remarks>
internal static class MemberName
{
    /// <summary>Whether a text is a documentation ID: a letter, a colon and a name.</summary>
    public static bool IsId(string text) => text.Length >= 3 && text[1] == ':';

    public static bool IsConstructor(string id) =>
        id.Contains(".#ctor", StringComparison.Ordinal) || id.Contains(".#cctor", StringComparison.Ordinal);

    /// <summary>The part between the kind and the arguments, e.g. <c>System.Linq.Enumerable.Aggregate``3</c>.</summary>
    public static string WithoutArguments(string id)
    {
        int end = id.AsSpan().IndexOfAny('(', '~');
        return id[2..(end < 0 ? id.Length : end)];
    }

    /// <summary>Everything before the last dot; empty if there is none.</summary>
    public static string Parent(string name) => name[..Math.Max(0, name.LastIndexOf('.'))];

    /// <summary>Simple type name, member and simple argument types, e.g. <c>String.Trim(Char)</c>.</summary>
    public static string Display(string id)
    {
        string name = WithoutArguments(id);
        string last = name[(name.LastIndexOf('.') + 1)..];
        if (id[0] is 'T' or 'N')
        {
            return Clean(id[0] == 'N' ? name : last);
        }

        string type = Parent(name);
        type = type[(type.LastIndexOf('.') + 1)..];
        var display = new StringBuilder(Clean(type));
        if (!last.StartsWith("#c", StringComparison.Ordinal))
        {
            // An explicit implementation is named for its interface, e.g. System#IDisposable#Dispose.
            display.Append('.').Append(Clean(last[(last.LastIndexOf('#') + 1)..]));
        }

        int arguments = id.IndexOf('(', StringComparison.Ordinal);
        if (id[0] == 'M' || arguments >= 0)
        {
            int end = id.LastIndexOf(')');
            display.Append('(');
            AppendTypes(display, arguments < 0 || end < arguments ? "" : id.AsSpan(arguments + 1, end - arguments - 1));
            display.Append(')');
        }

        return display.ToString();
    }

    /// <summary>What a reference such as <c>T:System.String</c> says in running text, e.g. <c>String</c>.</summary>
    public static string Reference(string cref)
    {
        bool hasKind = cref.Length > 2 && cref[1] == ':';
        if (hasKind && cref[0] is '!' or 'N')
        {
            return cref[2..];
        }

        string id = hasKind ? cref : "T:" + cref;
        string display = Display(id);
        int end = display.IndexOf('(', StringComparison.Ordinal);
        return end < 0 ? display : display[..end];
    }

    /// <summary>A name without arities: <c>List`1</c> becomes <c>List</c>.</summary>
    public static string Clean(string name)
    {
        if (!name.Contains('`', StringComparison.Ordinal))
        {
            return name;
        }

        var clean = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] != '`')
            {
                clean.Append(name[i]);
                continue;
            }

            while (i + 1 < name.Length && (name[i + 1] == '`' || char.IsAsciiDigit(name[i + 1])))
            {
                i++;
            }
        }

        return clean.ToString();
    }

    /// <summary>Appends argument types: namespaces are left out, generic parameters become T0, T1, ….</summary>
    private static void AppendTypes(StringBuilder display, ReadOnlySpan<char> types)
    {
        int word = 0;
        for (int i = 0; i <= types.Length; i++)
        {
            if (i < types.Length && types[i] is not ('{' or '}' or ',' or '[' or ']' or '@' or '*'))
            {
                continue;
            }

            AppendSimpleName(display, types[word..i]);
            word = i + 1;
            if (i < types.Length && types[i] != '@')
            {
                display.Append(types[i] switch
                {
                    '{' => "<",
                    '}' => ">",
                    ',' => ", ",
                    _ => types[i].ToString(),
                });
            }
        }
    }

    private static void AppendSimpleName(StringBuilder display, ReadOnlySpan<char> name)
    {
        if (name.StartsWith("`"))
        {
            display.Append('T').Append(name.TrimStart('`'));
            return;
        }

        ReadOnlySpan<char> last = name[(name.LastIndexOf('.') + 1)..];
        int arity = last.IndexOf('`');
        display.Append(arity < 0 ? last : last[..arity]);
    }
}
