using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Files;
using Puyu.Tokenizers.Merging;
using Puyu.Tokenizers.Tests.Files;
using Puyu.Tokenizers.Tests.Support;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Export;

public sealed class TiktokenRanksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("a.tiktoken");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_IsReadBackWithTheSameIds()
    {
        ByteLevelBpeTokenizer tokenizer = SmallVocabulary.Train();

        TiktokenRanks.Save(tokenizer, File);
        ByteLevelBpeTokenizer read = TiktokenFile.Load(File, tokenizer.Pattern, tokenizer.SpecialTokens);

        Assert.Equal(tokenizer.VocabSize, read.VocabSize);
        Assert.All(SmallVocabulary.Texts, text => Assert.Equal(tokenizer.Encode(text), read.Encode(text)));
        Assert.Equal(tokenizer.EncodeWithSpecials("<s>the"), read.EncodeWithSpecials("<s>the"));
    }

    [DataTheory]
    [InlineData("tinyshakespeare.txt", SplitPattern.Gpt2)]
    [InlineData("三国演义.txt", SplitPattern.Cl100k)]
    public void Save_IsReadBackWithTheSameIds_OnRealText(string file, SplitPattern pattern)
    {
        byte[] text = System.IO.File.ReadAllBytes(TestData.File("corpora", file));
        ByteLevelBpeTokenizer tokenizer = BpeTrainer.Train(
            [text], new BpeTrainingOptions { VocabSize = 4_000, SplitPattern = pattern });

        TiktokenRanks.Save(tokenizer, File);

        Assert.Equal(
            SmallVocabulary.Encode(tokenizer, text),
            SmallVocabulary.Encode(TiktokenFile.Load(File, pattern, tokenizer.SpecialTokens), text));
    }

    [Fact]
    public void Save_WritesTheFileThatWasRead()
    {
        System.IO.File.WriteAllBytes(File, SmallFiles.Tiktoken);

        TiktokenRanks.Save(TiktokenFile.Load(File, SplitPattern.Cl100k, new Dictionary<string, int>()), File);

        Assert.Equal(SmallFiles.Tiktoken, System.IO.File.ReadAllBytes(File));
    }

    [TiktokenFact]
    public void Save_WritesCl100kAsItWasPublished()
    {
        string published = Path.Combine(TiktokenData.Root, "cl100k_base.tiktoken");

        TiktokenRanks.Save(TiktokenFile.Load(published), File);

        Assert.Equal(System.IO.File.ReadAllText(published), System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Save_NamesTheTokenThatRanksCannotSay()
    {
        // The later id merges first.
        Assert.Contains("token 257 merges as step 0", Error(Tokenizer(["ab", "cd"], (2, 3, 257), (0, 1, 256))),
            StringComparison.Ordinal);
        Assert.Contains("token 257 merges as step 0", Error(Tokenizer(["abc", "ab"], (0, 1, 257), (257, 2, 256))),
            StringComparison.Ordinal);
        Assert.Contains("token 258 is merged from tokens 97 and 257 but",
            Error(Tokenizer(["ab", "bc", "abc"], (0, 1, 256), (1, 2, 257), (0, 257, 258))), StringComparison.Ordinal);
        Assert.Contains("token 257 is the result of no merge", Error(Tokenizer(["ab", "xyz"], (0, 1, 256))),
            StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    private string Error(ByteLevelBpeTokenizer tokenizer) =>
        Assert.Throws<ArgumentException>(() => TiktokenRanks.Save(tokenizer, File)).Message;

    /// <summary>Bytes, these tokens, and merges whose small numbers are letters from a on.</summary>
    private static ByteLevelBpeTokenizer Tokenizer(string[] tokens, params (int Left, int Right, int Merged)[] merges)
    {
        var table = new MergeTable();
        foreach ((int left, int right, int merged) in merges)
        {
            table.TryAdd(left < 256 ? 'a' + left : left, right < 256 ? 'a' + right : right, table.Count, merged);
        }

        IEnumerable<byte[]> bytes = Enumerable.Range(0, 256).Select(value => new[] { (byte)value });
        var strings = new ByteStrings([.. bytes, .. tokens.Select(token => System.Text.Encoding.UTF8.GetBytes(token))]);
        return ByteLevelBpeTokenizer.Create(
            ByteLevelModel.FromMerges(strings, table, takesWholePretokens: false),
            SplitPattern.Gpt2,
            new AddedTokens(),
            default);
    }
}
