namespace Puyu.Data.Code;

/// <summary>What a file says it needs of another.</summary>
/// <param name="Target">
/// As the language writes it: a module with dots (leading ones count folders upwards in Python), a path, a namespace, a
/// package, or a Rust path with <c>::</c>.
/// </param>
/// <param name="Kind">How the target is meant.</param>
/// <param name="Name">The one thing taken from it; null for all of it.</param>
internal readonly record struct ImportReference(string Target, ImportKind Kind, string? Name = null);

/// <summary>How an import names its target.</summary>
internal enum ImportKind
{
    /// <summary>By module, package or namespace.</summary>
    Module,

    /// <summary>By a path beside the file.</summary>
    Relative,

    /// <summary>By a path that is looked for in the folders for headers.</summary>
    Searched,

    /// <summary>A part that the file is divided into (<c>mod x;</c> of Rust).</summary>
    Part,
}
