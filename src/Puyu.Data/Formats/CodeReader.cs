using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// Reads the text files of a source-code repository: a folder of files, or a Git repository without working files, of
/// which it reads the commit that HEAD names. A repository is one part, as its files belong together.
/// </summary>
/// <remarks>Files with a NUL in the first 8,000 bytes are binary, as Git has it, and left out without a word.</remarks>
internal sealed class CodeReader(RecordOptions options) : IDocumentReader
{
    private const int SniffBytes = 8000;

    /// <inheritdoc/>
    public IReadOnlyList<SourcePart> Split(string file, string name, long partBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partBytes);
        if (!Directory.Exists(file))
        {
            throw new DirectoryNotFoundException($"{file} is no folder but a source of code must be a repository's");
        }

        long bytes = Directory.EnumerateFiles(file, "*", SearchOption.AllDirectories)
            .Sum(path => new FileInfo(path).Length);
        return bytes == 0 ? [] : [new SourcePart(file, name, 0, bytes)];
    }

    /// <inheritdoc/>
    public IEnumerable<Document> Read(SourcePart part, Quarantine quarantine)
    {
        IEnumerable<(string Path, byte[]? Content, string? Problem)> files =
            GitRepository.Find(part.Path) is { } git ? ReadGit(git) : ReadFolder(part.Path);
        foreach ((string path, byte[]? content, string? problem) in files)
        {
            string file = path.Length == 0 ? part.File : $"{part.File}/{path}";
            string? wrong = problem;
            if (content is not null && ToDocument(part.File, file, path, content, out wrong) is { } document)
            {
                yield return document;
            }
            else if (wrong is not null)
            {
                quarantine.Add(file, 0, wrong);
            }
        }
    }

    private IEnumerable<(string Path, byte[]? Content, string? Problem)> ReadFolder(string folder)
    {
        foreach (string path in FolderFiles.Below(folder, _ => true))
        {
            var file = new FileInfo(Path.Combine(folder, path));
            yield return file.Length > options.MaxRecordBytes
                ? (path, null, options.TooLong("file"))
                : (path, File.ReadAllBytes(file.FullName), null);
        }
    }

    private IEnumerable<(string Path, byte[]? Content, string? Problem)> ReadGit(string folder)
    {
        using var repository = new GitRepository(folder, options);
        foreach (GitFile file in repository.FilesAtHead())
        {
            yield return (file.Path, file.Content, file.Problem);
        }
    }

    private static Document? ToDocument(
        string repository, string file, string path, byte[] content, out string? problem)
    {
        problem = null;
        Encoding encoding = Charset.ByMark(content, out int mark) ?? Encoding.UTF8;
        if (mark == 0 && content.AsSpan(0, Math.Min(content.Length, SniffBytes)).Contains((byte)0))
        {
            return null;
        }

        return Charset.TryDecode(encoding, content.AsSpan(mark), out string text, out problem)
            ? new Document(file, text)
            {
                Source = new DocumentSource(file, 0, 0),
                Metadata = Document.NoMetadata.Add("path", path).Add("repository", repository),
            }
            : null;
    }
}
