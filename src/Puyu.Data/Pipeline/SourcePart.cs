namespace Puyu.Data.Pipeline;

/// <summary>A stretch of a file that can be read without the rest of it.</summary>
/// <param name="Path">Where the file or folder is on this machine.</param>
/// <param name="File">How documents name it: <see cref="DocumentSource.File"/>.</param>
/// <param name="Offset">Its first byte in the file as it is stored, compressed or not.</param>
/// <param name="Length">Its bytes as they are stored; of a folder, of all files in it.</param>
public sealed record SourcePart(string Path, string File, long Offset, long Length);
