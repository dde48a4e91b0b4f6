using System.Diagnostics;
using Puyu.Abstractions;
using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

public sealed class CodeReaderTests : IDisposable
{
    private static readonly CodeReader _reader = new(new RecordOptions { MaxRecordBytes = 1 << 20 });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TakesTheTextFilesOfAFolder()
    {
        Write("b/x.py", "import y\n"u8);
        Write("B.md", "# 三\n"u8);
        Write("b.bin", [65, 0, 66]);
        Write("b/latin.c", [65, 0xE9, 66]);
        Write(".git/HEAD", "ref: refs/heads/main\n"u8);
        Write("big.txt", new byte[(1 << 20) + 1]);

        Reading read = Reading.Of(_reader, _folder.File("r"), partBytes: 1);

        Assert.Equal(
            ["f/B.md|# 三\n|f/B.md@0|path=B.md|repository=f", "f/b/x.py|import y\n|f/b/x.py@0|path=b/x.py|repository=f"],
            read.Documents.Select(Reading.Describe));
        Assert.Equal(["f/b/latin.c", "f/big.txt"], read.Bad.Select(record => record.File));
    }

    [GitFact]
    public void Read_TakesTheFilesAtHead_OfABareRepository() => CheckHead(isPacked: false);

    [GitFact]
    public void Read_TakesTheFilesAtHead_OfPacks() => CheckHead(isPacked: true);

    private void CheckHead(bool isPacked)
    {
        string bare = MakeRepository(isPacked);

        Reading read = Reading.Of(_reader, bare);

        string work = _folder.File("r");
        Assert.Empty(read.Bad);
        string[] files = [.. Directory.EnumerateFiles(work, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(work, path)).Where(path => !path.StartsWith(".git", StringComparison.Ordinal))];
        Assert.Equal(23, files.Length);
        Assert.Equal(
            files.Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllText(Path.Combine(work, path)))),
            read.Documents.Select(d => (d.Metadata["path"], d.Text)).OrderBy(d => d.Item1, StringComparer.Ordinal));
        Assert.Equal(read.Everything, Reading.Of(_reader, bare, partBytes: 1).Everything);
    }

    [GitFact]
    public void Read_OfADamagedRepository_QuarantinesWhatIsDamaged()
    {
        string bare = MakeRepository(isPacked: true);
        string good = Reading.Of(_reader, bare).Everything;
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(bare, "objects", "pack"), "pack-*")
            .Where(path => path.EndsWith(".idx", StringComparison.Ordinal) || path.EndsWith(".pack", StringComparison.Ordinal))];
        var random = new CounterRandom(12);
        int noticed = 0;
        for (int i = 0; i < 120; i++)
        {
            string path = files[i % files.Length];
            byte[] bytes = File.ReadAllBytes(path);
            File.SetAttributes(path, FileAttributes.Normal);
            File.WriteAllBytes(path, Damage.Apply(bytes, ref random));
            Reading read = Reading.Of(_reader, bare);
            Assert.All(read.Documents, document => Assert.Contains(Reading.Describe(document), good, StringComparison.Ordinal));
            noticed += read.Bad.Count > 0 ? 1 : 0;
            Assert.True(read.Bad.Count > 0 || read.Everything == good);
            File.WriteAllBytes(path, bytes);
        }

        Assert.InRange(noticed, 40, 120);
    }

    /// <summary>Files with two commits, so that packs have deltas; a branch in packed-refs when packed.</summary>
    private string MakeRepository(bool isPacked)
    {
        var random = new CounterRandom(13);
        string text = Archives.Words(ref random, 3000);
        for (int i = 0; i < 20; i++)
        {
            Write($"src/{i % 3}/file{i}.txt", System.Text.Encoding.UTF8.GetBytes($"{i}\n{text[..(text.Length - (i * 7))]}"));
        }

        Write("README.md", "# one\n"u8);
        Write("a b/三.txt", "three\n"u8);
        string work = _folder.File("r");
        Git(work, "init", "-q", "-b", "trunk", ".");
        Git(work, "add", ".");
        Git(work, "commit", "-q", "-m", "one");
        Write("src/0/file0.txt", System.Text.Encoding.UTF8.GetBytes($"changed\n{text}"));
        Write("more.c", "int x;\n"u8);
        Git(work, "add", ".");
        Git(work, "commit", "-q", "-m", "two");
        string bare = _folder.File("bare.git");
        Git(work, "clone", "-q", "--bare", ".", bare);
        if (isPacked)
        {
            Git(bare, "repack", "-q", "-a", "-d", "-f", "--depth=20");
            Git(bare, "pack-refs", "--all");
        }

        return bare;
    }

    private void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string full = _folder.File("r", path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    private static void Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (string argument in (string[])
            ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using Process git = Process.Start(start)!;
        string error = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, error);
    }
}
