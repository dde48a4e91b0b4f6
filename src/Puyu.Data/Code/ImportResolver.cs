using System.Collections.Frozen;

namespace Puyu.Data.Code;

/// <summary>Finds the files of a repository that imports mean. What is not in the repository is no file.</summary>
/// <param name="files">The repository.</param>
internal sealed class ImportResolver(RepositoryFiles files)
{
    private static readonly string[] _scriptEndings =
        [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".json"];

    private static readonly FrozenSet<string> _compiledEndings = new[] { ".js", ".jsx", ".mjs", ".cjs" }.ToFrozenSet();

    /// <summary>The files that an import means.</summary>
    /// <param name="path">Of the importing file.</param>
    /// <param name="outline">What it uses: of a package, only files that declare a word of it are meant.</param>
    /// <param name="import">The import.</param>
    /// <returns>Paths; none if the import leads out of the repository.</returns>
    public IEnumerable<string> Find(string path, SourceOutline outline, ImportReference import) =>
        CodePath.LanguageOf(path) switch
        {
            CodeLanguage.Python => One(Python(path, import)),
            CodeLanguage.Cpp => One(Header(path, import)),
            CodeLanguage.JavaScript => One(Script(path, import)),
            CodeLanguage.Rust => One(Rust(path, import)),
            CodeLanguage.Java => Java(path, outline, import),
            CodeLanguage.Go => GoPackage(outline, import),
            _ => [], // C# names no files: RepositoryGraph goes by what is declared
        };

    private static IEnumerable<string> One(string? path) => path is null ? [] : [path];

    private string? Python(string path, ImportReference import)
    {
        string module = import.Target.TrimStart('.');
        int dots = import.Target.Length - module.Length;
        string relative = module.Replace('.', '/');
        if (dots > 0)
        {
            string? folder = CodePath.Combine(
                CodePath.FolderOf(path), string.Concat(Enumerable.Repeat("../", dots - 1)) + relative);
            return folder is null ? null : PythonModule(folder, import.Name);
        }

        // As for a script, then from each folder above, as if it were on the path of modules.
        for (string folder = CodePath.FolderOf(path); ; folder = CodePath.FolderOf(folder))
        {
            if (PythonModule(Under(folder, relative), import.Name) is { } found && found != path)
            {
                return found;
            }

            if (folder.Length == 0)
            {
                break;
            }
        }

        return PythonModule("src/" + relative, import.Name)
            ?? (module.Contains('.', StringComparison.Ordinal) ? PythonSuffix(path, relative, import.Name) : null);
    }

    private string? PythonModule(string module, string? name) =>
        (name is null ? null : FirstOf(Under(module, name) + ".py", Under(module, name) + "/__init__.py"))
        ?? (module.Length == 0
            ? FirstOf("__init__.py") : FirstOf(module + ".py", module + "/__init__.py", module + ".pyi"));

    private string? PythonSuffix(string path, string relative, string? name) =>
        (name is null ? null : files.Suffix($"{relative}/{name}.py", path))
        ?? files.Suffix(relative + ".py", path) ?? files.Suffix(relative + "/__init__.py", path);

    private string? Header(string path, ImportReference import)
    {
        string target = import.Target.Trim();
        if (import.Kind == ImportKind.Relative)
        {
            for (string folder = CodePath.FolderOf(path); ; folder = CodePath.FolderOf(folder))
            {
                if (CodePath.Combine(folder, target) is { } beside && FirstOf(beside) is { } found)
                {
                    return found;
                }

                if (folder.Length == 0)
                {
                    break;
                }
            }
        }

        bool isLocal = import.Kind == ImportKind.Relative || target.Contains('/', StringComparison.Ordinal);
        return files.Suffix(isLocal ? target.TrimStart('.', '/') : "include/" + target, path);
    }

    private string? Script(string path, ImportReference import)
    {
        if (import.Kind == ImportKind.Relative)
        {
            return CodePath.Combine(CodePath.FolderOf(path), import.Target) is { } beside
                ? ScriptFile(candidate => FirstOf(candidate), beside) : null;
        }

        bool isAlias = import.Target.StartsWith("@/", StringComparison.Ordinal)
            || import.Target.StartsWith("~/", StringComparison.Ordinal);
        string target = isAlias ? import.Target[2..] : import.Target;
        return isAlias || target.StartsWith("src/", StringComparison.Ordinal)
            ? ScriptFile(candidate => files.Suffix(candidate, path), target) : null;
    }

    private static string? ScriptFile(Func<string, string?> find, string target)
    {
        string ending = Path.GetExtension(target);
        string stem = _compiledEndings.Contains(ending) ? target[..^ending.Length] : target;
        string? found = ending.Length > 0 ? find(target) : null;
        foreach (string candidate in _scriptEndings)
        {
            found ??= find(stem + candidate);
        }

        foreach (string candidate in _scriptEndings)
        {
            found ??= find($"{target}/index{candidate}");
        }

        return found;
    }

    private string? Rust(string path, ImportReference import)
    {
        string folder = RustFolder(path);
        if (import.Kind == ImportKind.Part)
        {
            return RustModule(folder, [import.Target]);
        }

        string[] parts = import.Target.Split("::");
        int first = 0;
        if (parts[0] == "crate")
        {
            folder = RustRoot(path);
            first = 1;
        }

        while (first < parts.Length && parts[first] is "self" or "super")
        {
            folder = parts[first++] == "super" ? CodePath.FolderOf(folder) : folder;
        }

        return RustModule(folder, parts.AsSpan(first));
    }

    /// <summary>The file of the longest beginning of a path that is a module.</summary>
    private string? RustModule(string folder, ReadOnlySpan<string> parts)
    {
        for (int count = parts.Length; count > 0; count--)
        {
            string module = Under(folder, string.Join('/', parts[..count]!));
            if (FirstOf(module + ".rs", module + "/mod.rs") is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Where the modules inside a file's module lie.</summary>
    private static string RustFolder(string path) => CodePath.StemOf(path) is "mod" or "lib" or "main"
        ? CodePath.FolderOf(path) : Under(CodePath.FolderOf(path), CodePath.StemOf(path));

    private string RustRoot(string path)
    {
        string folder = CodePath.FolderOf(path);
        for (string at = folder; at.Length > 0; at = CodePath.FolderOf(at))
        {
            if (FirstOf(at + "/lib.rs", at + "/main.rs") is not null)
            {
                return at;
            }
        }

        return folder;
    }

    private IEnumerable<string> Java(string path, SourceOutline outline, ImportReference import)
    {
        string folder = import.Target.Replace('.', '/');
        if (import.Name is not null)
        {
            // The class, or the class that it is nested in.
            return One(files.Suffix($"{folder}/{import.Name}.java", path) ?? files.Suffix(folder + ".java", path));
        }

        return files.InFolderEnding(folder)
            .Where(file => file.EndsWith(".java", StringComparison.Ordinal))
            .Where(file => outline.Words.Contains(CodePath.StemOf(file)));
    }

    /// <summary>The files of a package that declare what is used of it; all of them if none does.</summary>
    private List<string> GoPackage(SourceOutline outline, ImportReference import)
    {
        string[] parts = import.Target.Split('/');
        for (int first = 0; first < parts.Length; first++)
        {
            string folder = string.Join('/', parts[first..]);
            List<string> package = [.. files.InFolder(folder).Where(IsGoSource)];
            if (package.Count > 0)
            {
                List<string> used = package.FindAll(file => files.Outline(file)!.Declared.Overlaps(outline.Words));
                return used.Count > 0 ? used : package;
            }
        }

        return [];
    }

    private static bool IsGoSource(string path) => path.EndsWith(".go", StringComparison.Ordinal)
        && !path.EndsWith("_test.go", StringComparison.Ordinal);

    private static string Under(string folder, string name) =>
        folder.Length == 0 ? name : name.Length == 0 ? folder : $"{folder}/{name}";

    private string? FirstOf(params ReadOnlySpan<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (files.Contains(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
