using System.Security.Cryptography;
using System.Text;

namespace Puyu.Data.Formats;

/// <summary>A Git repository on disk, read without Git. Used by one thread.</summary>
/// <remarks>Source: gitrepository-layout(5), gitformat-pack(5); objects with SHA-1.</remarks>
internal sealed class GitRepository : IDisposable
{
    private const int MaxFolderDepth = 256;
    private const int MaxReferences = 8;

    private readonly string _folder;
    private readonly RecordOptions _options;
    private readonly List<string> _stores = [];
    private readonly List<GitPack> _packs = [];
    private readonly List<string> _problems = [];

    /// <summary>Opens a repository.</summary>
    /// <param name="folder">The one with HEAD and objects.</param>
    /// <param name="options">Bounds.</param>
    public GitRepository(string folder, RecordOptions options)
    {
        _folder = folder;
        _options = options;
        AddStore(Path.Combine(folder, "objects"));
        foreach (string pack in _stores.SelectMany(Packs))
        {
            try
            {
                _packs.Add(new GitPack(pack, options.MaxRecordBytes, Read));
            }
            catch (Exception problem) when (problem is InvalidDataException or IOException)
            {
                _problems.Add(problem.Message);
            }
        }
    }

    /// <summary>The folder of the repository if there is one without working files at a path; else null.</summary>
    public static string? Find(string path)
    {
        string inside = Path.Combine(path, ".git");
        return IsRepository(path) ? path
            : IsRepository(inside) && !FolderFiles.Below(path, _ => true).Any() ? inside
            : null;
    }

    /// <summary>
    /// The files of the commit that HEAD names, in the order of their folders. What is damaged has a problem in place
    /// of content. Links and submodules are left out.
    /// </summary>
    public IEnumerable<GitFile> FilesAtHead()
    {
        foreach (string problem in _problems)
        {
            yield return new GitFile("", null, problem);
        }

        if (!Try(TreeOfHead, out string? tree, out string? noTree))
        {
            yield return new GitFile("", null, noTree);
            yield break;
        }

        var left = new Stack<(string Path, string Hash, bool IsFolder)>();
        left.Push(("", tree!, true));
        while (left.TryPop(out (string Path, string Hash, bool IsFolder) next))
        {
            GitKind kind = next.IsFolder ? GitKind.Tree : GitKind.Blob;
            bool isRead = Try(() => Read(next.Hash, kind), out byte[]? content, out string? problem);
            if (!next.IsFolder || !isRead)
            {
                yield return new GitFile(next.Path, content, problem);
            }
            else if (!TryPush(content, next.Path, left))
            {
                yield return new GitFile(next.Path, null, $"tree {next.Hash} is damaged");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _packs.ForEach(pack => pack.Dispose());

    private static bool IsRepository(string path) =>
        File.Exists(Path.Combine(path, "HEAD")) && Directory.Exists(Path.Combine(path, "objects"));

    private static IEnumerable<string> Packs(string store)
    {
        string folder = Path.Combine(store, "pack");
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.idx").Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>Adds a store and those that it borrows from.</summary>
    private void AddStore(string store)
    {
        store = Path.GetFullPath(store);
        if (_stores.Contains(store) || !Directory.Exists(store))
        {
            return;
        }

        _stores.Add(store);
        string alternates = Path.Combine(store, "info", "alternates");
        if (File.Exists(alternates))
        {
            foreach (string line in File.ReadLines(alternates).Where(line => line.Length > 0 && line[0] != '#'))
            {
                AddStore(Path.Combine(store, line.Replace("\0", "", StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>Pushes the entries of a folder, the last first.</summary>
    /// <returns>False if the folder is damaged.</returns>
    private static bool TryPush(ReadOnlySpan<byte> tree, string path, Stack<(string, string, bool)> left)
    {
        const int HashBytes = 20;
        var entries = new List<(string Path, string Hash, bool IsFolder)>();
        bool isTooDeep = path.AsSpan().Count('/') > MaxFolderDepth;
        while (!tree.IsEmpty)
        {
            int space = tree.IndexOf((byte)' ');
            int zero = tree.IndexOf((byte)0);
            if (space < 0 || zero < space || tree.Length - zero - 1 < HashBytes || isTooDeep)
            {
                return false;
            }

            string name = Encoding.UTF8.GetString(tree[(space + 1)..zero]);
            string below = path.Length == 0 ? name : $"{path}/{name}";
            string hash = Convert.ToHexStringLower(tree.Slice(zero + 1, HashBytes));
            ReadOnlySpan<byte> mode = tree[..space];
            if (mode.SequenceEqual("40000"u8) || mode.StartsWith("100"u8))
            {
                entries.Add((below, hash, mode[0] == '4'));
            }

            tree = tree[(zero + 1 + HashBytes)..];
        }

        for (int i = entries.Count - 1; i >= 0; i--)
        {
            left.Push(entries[i]);
        }

        return true;
    }

    private string TreeOfHead()
    {
        string hash = ResolveHead();
        string commit = Encoding.UTF8.GetString(Read(hash, GitKind.Commit));
        return commit.StartsWith("tree ", StringComparison.Ordinal)
            && commit.IndexOf('\n', StringComparison.Ordinal) == 45
            ? commit[5..45]
            : throw new InvalidDataException($"commit {hash} names no tree");
    }

    private string ResolveHead()
    {
        string text = File.ReadAllText(Path.Combine(_folder, "HEAD")).Trim();
        for (int i = 0; i < MaxReferences && text.StartsWith("ref:", StringComparison.Ordinal); i++)
        {
            text = Reference(text[4..].Trim());
        }

        return text.Length == 40 && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw new InvalidDataException($"HEAD is '{text}' but must lead to a commit with a SHA-1");
    }

    private string Reference(string name)
    {
        string loose = Path.GetFullPath(Path.Combine(_folder, name.Replace("\0", "", StringComparison.Ordinal)));
        bool isInside = loose.StartsWith(Path.GetFullPath(_folder), StringComparison.Ordinal);
        if (isInside && File.Exists(loose))
        {
            return File.ReadAllText(loose).Trim();
        }

        string packed = Path.Combine(_folder, "packed-refs");
        string? line = File.Exists(packed)
            ? File.ReadLines(packed).FirstOrDefault(line => line.EndsWith($" {name}", StringComparison.Ordinal))
            : null;
        return line?.Split(' ')[0]
            ?? throw new InvalidDataException($"HEAD refers to {name}, which is absent: "
                + "the repository has no commit there");
    }

    private byte[] Read(string hash, GitKind kind)
    {
        GitObject read = Read(hash, depth: 0)
            ?? throw new InvalidDataException($"object {hash} is absent from the repository");
        if (read.Kind != kind)
        {
            throw new InvalidDataException($"object {hash} is a {read.KindName} but must be a {kind}");
        }

        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant(
            $"{read.KindName} {read.Content.Length}\0")));
        sha1.AppendData(read.Content);
        return Convert.ToHexStringLower(sha1.GetHashAndReset()) == hash
            ? read.Content
            : throw new InvalidDataException($"object {hash} is damaged: its content has another hash");
    }

    private GitObject? Read(string hash, int depth)
    {
        foreach (string store in _stores)
        {
            string loose = Path.Combine(store, hash[..2], hash[2..]);
            if (File.Exists(loose))
            {
                return ReadLoose(loose);
            }
        }

        byte[] bytes = Convert.FromHexString(hash);
        foreach (GitPack pack in _packs)
        {
            if (pack.Find(bytes, depth) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private GitObject ReadLoose(string path)
    {
        const int MaxHeader = 32;
        byte[] plain = ZlibData.Inflate(File.ReadAllBytes(path), MaxHeader + _options.MaxRecordBytes);
        int zero = plain.AsSpan().IndexOf((byte)0);
        string header = Encoding.ASCII.GetString(plain, 0, Math.Max(zero, 0));
        byte[] content = plain[(zero + 1)..];
        foreach (GitKind kind in Enum.GetValues<GitKind>())
        {
            var read = new GitObject(kind, content);
            if (header == FormattableString.Invariant($"{read.KindName} {content.Length}"))
            {
                return read;
            }
        }

        throw new InvalidDataException(
            $"object {Path.GetFileName(path)} has the header '{header}', which is of no kind");
    }

    /// <summary>What cannot be read is a problem of one file, not of the repository.</summary>
    private static bool Try<T>(Func<T> read, out T? value, out string? problem)
    {
        try
        {
            value = read();
            problem = null;
            return true;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException)
        {
            value = default;
            problem = wrong.Message;
            return false;
        }
    }
}
