namespace Puyu.Data.Formats;

/// <summary>A file of a commit, or why there is none.</summary>
/// <param name="Path">In the repository, with forward slashes; empty for the repository itself.</param>
/// <param name="Content">Null if it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; null if it can.</param>
internal readonly record struct GitFile(string Path, byte[]? Content, string? Problem);
