using Puyu.Abstractions;
using Puyu.Data.Tokens;

namespace Puyu.Data.Tests.Tokens;

public sealed class TokenDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(int.MaxValue)]
    public void Open_GivesBackWhatWasWritten(int vocabSize)
    {
        var random = new CounterRandom(1);
        int[][] documents = [.. Enumerable.Range(0, 50).Select(_ => RandomIds(ref random, vocabSize))];
        string path = _folder.File("a.tokens");

        TokenDataset.Write(path, vocabSize, writer => Array.ForEach(documents, document => writer.Add(document)));
        using var data = TokenDataset.Open(path);

        Assert.Equal(documents, Enumerable.Range(0, data.Documents).Select(document => Read(data, document)));
        Assert.Equal(vocabSize, data.VocabSize);
        Assert.Equal(documents.Sum(document => document.Length), data.Tokens);
        Assert.False(data.HasMask);
        data.Verify();
    }

    [Fact]
    public void Open_OfAFolder_WantsFilesOfOneVocabulary()
    {
        string folder = Directory.CreateDirectory(_folder.File("set")).FullName;
        FileNotFoundException none = Assert.Throws<FileNotFoundException>(() => TokenDataset.Open(folder));
        TokenDataset.Write(Path.Combine(folder, "a.tokens"), 10, writer => writer.Add([1]));
        TokenDataset.Write(Path.Combine(folder, "b.tokens"), 11, writer => writer.Add([1]));

        InvalidDataException two = Assert.Throws<InvalidDataException>(() => TokenDataset.Open(folder));

        Assert.Contains("has no .tokens file", none.Message, StringComparison.Ordinal);
        Assert.Contains("b.tokens has a vocabulary of 11 but", two.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAFolder_HasTheMasksOfAllFiles()
    {
        string folder = Directory.CreateDirectory(_folder.File("set")).FullName;
        TokenDataset.Write(Path.Combine(folder, "a.tokens"), 10, writer => writer.Add([1, 2, 3]));
        TokenDataset.Write(Path.Combine(folder, "b.tokens"), 10, writer => writer.Add([4, 5], [false, true]));

        using var data = TokenDataset.Open(folder);

        Assert.True(data.HasMask);
        Assert.Equal([true, true, true, false, true], Enumerable.Range(0, 5).Select(i => data.IsTrained(i)));
        Assert.Equal((3L, 2), (data.FirstToken(1), data.Length(1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Open_GivesBackTheMask_WhereverTheFirstMaskedDocumentIs(int unmaskedDocuments)
    {
        var random = new CounterRandom(2);
        var expected = new List<bool>();
        string path = _folder.File("a.tokens");

        TokenDataset.Write(path, 100, writer =>
        {
            for (int document = 0; document < 20; document++)
            {
                int[] ids = RandomIds(ref random, 100);
                if (document < unmaskedDocuments || document % 3 == 2)
                {
                    writer.Add(ids);
                    expected.AddRange(ids.Select(_ => true));
                    continue;
                }

                bool[] trained = new bool[ids.Length];
                for (int i = 0; i < trained.Length; i++)
                {
                    trained[i] = random.NextInt32(2) == 1;
                }

                writer.Add(ids, trained);
                expected.AddRange(trained);
            }
        });
        using var data = TokenDataset.Open(path);

        Assert.Equal(expected, Enumerable.Range(0, (int)data.Tokens).Select(token => data.IsTrained(token)));
        data.Verify();
    }

    [Fact]
    public void Write_NamesTheTokenAtFault_AndLeavesTheOldFile()
    {
        string path = _folder.File("a.tokens");
        File.WriteAllText(path, "old");

        var problem = Assert.Throws<ArgumentException>(() => TokenDataset.Write(path, 8, writer =>
        {
            writer.Add([1, 2]);
            writer.Add([3, 8]);
        }));

        Assert.Equal("token 1 of document 1 is 8 but must lie in [0, 8)", problem.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Write_RejectsAnEmptyDataset() =>
        Assert.Throws<InvalidDataException>(() => TokenDataset.Write(_folder.File("a.tokens"), 8, _ => { }));

    /// <summary>Whatever bit is wrong, reading ends in success or <see cref="InvalidDataException"/>.</summary>
    [Fact]
    public void Open_SurvivesDamage()
    {
        string path = _folder.File("a.tokens");
        TokenDataset.Write(path, 300, writer =>
        {
            writer.Add([1, 2, 3], [true, false, true]);
            writer.Add([4, 5]);
            writer.Add([299]);
        });
        byte[] good = File.ReadAllBytes(path);
        var random = new CounterRandom(3);
        int found = 0;
        for (int round = 0; round < 600; round++)
        {
            byte[] bad = Damage.Apply(good, ref random);
            File.WriteAllBytes(path, bad);
            found += ReadAll(path) || bad.AsSpan().SequenceEqual(good) ? 0 : 1;
        }

        Assert.InRange(found, 500, 600);
    }

    [Fact]
    public void Verify_FindsAFlippedBit_WhereOpenCannot()
    {
        string path = _folder.File("a.tokens");
        TokenDataset.Write(path, 300, writer => writer.Add([1, 2, 3]));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[64] ^= 2;
        File.WriteAllBytes(path, bytes);
        using var data = TokenDataset.Open(path);

        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(data.Verify).Message, StringComparison.Ordinal);
    }

    private static bool ReadAll(string path)
    {
        try
        {
            using var data = TokenDataset.Open(path);
            for (int document = 0; document < data.Documents; document++)
            {
                Read(data, document);
            }

            data.Verify();
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static int[] Read(TokenDataset data, int document)
    {
        int[] ids = new int[data.Length(document)];
        data.CopyTo(data.FirstToken(document), ids);
        return ids;
    }

    private static int[] RandomIds(ref CounterRandom random, int vocabSize)
    {
        int[] ids = new int[1 + random.NextInt32(40)];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = random.NextInt32(vocabSize);
        }

        return ids;
    }
}
