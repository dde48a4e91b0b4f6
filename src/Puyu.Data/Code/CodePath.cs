using System.Collections.Frozen;

namespace Puyu.Data.Code;

/// <summary>What the path of a file in a repository says.</summary>
internal static class CodePath
{
    private static readonly FrozenDictionary<string, (CodeLanguage? Language, string Fence)> _endings =
        new Dictionary<string, (CodeLanguage?, string)>
        {
            [".cs"] = (CodeLanguage.CSharp, "csharp"),
            [".py"] = (CodeLanguage.Python, "python"),
            [".pyi"] = (CodeLanguage.Python, "python"),
            [".c"] = (CodeLanguage.Cpp, "c"),
            [".h"] = (CodeLanguage.Cpp, "c"),
            [".cc"] = (CodeLanguage.Cpp, "cpp"),
            [".cpp"] = (CodeLanguage.Cpp, "cpp"),
            [".cxx"] = (CodeLanguage.Cpp, "cpp"),
            [".hh"] = (CodeLanguage.Cpp, "cpp"),
            [".hpp"] = (CodeLanguage.Cpp, "cpp"),
            [".hxx"] = (CodeLanguage.Cpp, "cpp"),
            [".inl"] = (CodeLanguage.Cpp, "cpp"),
            [".cu"] = (CodeLanguage.Cpp, "cuda"),
            [".cuh"] = (CodeLanguage.Cpp, "cuda"),
            [".java"] = (CodeLanguage.Java, "java"),
            [".js"] = (CodeLanguage.JavaScript, "javascript"),
            [".mjs"] = (CodeLanguage.JavaScript, "javascript"),
            [".cjs"] = (CodeLanguage.JavaScript, "javascript"),
            [".jsx"] = (CodeLanguage.JavaScript, "jsx"),
            [".ts"] = (CodeLanguage.JavaScript, "typescript"),
            [".mts"] = (CodeLanguage.JavaScript, "typescript"),
            [".tsx"] = (CodeLanguage.JavaScript, "tsx"),
            [".go"] = (CodeLanguage.Go, "go"),
            [".rs"] = (CodeLanguage.Rust, "rust"),
            [".html"] = (null, "html"),
            [".htm"] = (null, "html"),
            [".xml"] = (null, "xml"),
            [".xsl"] = (null, "xml"),
            [".xslt"] = (null, "xml"),
            [".json"] = (null, "json"),
            [".yaml"] = (null, "yaml"),
            [".yml"] = (null, "yaml"),
            [".toml"] = (null, "toml"),
            [".sh"] = (null, "bash"),
            [".sql"] = (null, "sql"),
            [".css"] = (null, "css"),
            [".rb"] = (null, "ruby"),
            [".php"] = (null, "php"),
            [".kt"] = (null, "kotlin"),
            [".swift"] = (null, "swift"),
            [".scala"] = (null, "scala"),
            [".lua"] = (null, "lua"),
            [".r"] = (null, "r"),
            [".jl"] = (null, "julia"),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> _prose = new[]
    {
        ".md", ".markdown", ".rst", ".txt", ".adoc", ".org", ".tex", "",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The language whose imports are read; null for other files.</summary>
    public static CodeLanguage? LanguageOf(string path) =>
        _endings.TryGetValue(Path.GetExtension(path), out (CodeLanguage? Language, string) known)
            ? known.Language : null;

    /// <summary>The word behind the fence of a block of code; null for a file that is not known.</summary>
    public static string? FenceOf(string path) =>
        _endings.TryGetValue(Path.GetExtension(path), out (CodeLanguage?, string Fence) known) ? known.Fence : null;

    /// <summary>Whether a file is prose: Markdown and the like, README and LICENSE.</summary>
    public static bool IsProse(string path) => _prose.Contains(Path.GetExtension(path));

    /// <summary>The folder, without slash at its end; empty for the root.</summary>
    public static string FolderOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }

    /// <summary>The name without folder and ending.</summary>
    public static string StemOf(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        int dot = name.IndexOf('.', 1);
        return dot < 0 ? name : name[..dot];
    }

    /// <summary>A relative path as seen from a folder, without dots; null if it leads out of the repository.</summary>
    public static string? Combine(string folder, string relative)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (string part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
