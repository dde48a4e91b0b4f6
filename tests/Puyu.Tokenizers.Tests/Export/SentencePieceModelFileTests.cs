using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Tests.Files;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Export;

public sealed class SentencePieceModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("tokenizer.model");

    public void Dispose() => _folder.Dispose();

    [DataTheory]
    [InlineData("tinyshakespeare.txt", 2_000, true)]
    [InlineData("红楼梦.txt", 6_000, false)]
    [InlineData("wikitext2_test.txt", 4_000, false)]
    public void Save_OfATrainedTokenizer_IsReadBackWithTheSameIds_OnRealText(string file, int vocabSize, bool prefix)
    {
        byte[] text = System.IO.File.ReadAllBytes(TestData.File("corpora", file));
        SentencePieceTokenizer tokenizer = SentencePieceTrainer.Train(
            [text], new SentencePieceTrainingOptions { VocabSize = vocabSize, AddsDummyPrefix = prefix });

        SentencePieceModelFile.Save(tokenizer, File);
        Tokenizer read = TokenizerFile.Load(_folder.Root);

        int[] ids = SmallVocabulary.Encode(tokenizer, text);
        Assert.Equal(ids, SmallVocabulary.Encode(read, text));
        Assert.Equal(System.Text.Encoding.UTF8.GetString(text), read.Decode(ids));
        Assert.Equal(tokenizer.Ids, read.Ids);
    }

    [DataFact]
    public void Save_OfInternLm2_IsReadBackWithTheSameIdsAndNames()
    {
        var tokenizer = (SentencePieceTokenizer)TokenizerFile.Load(TestData.File("tokenizers", "internlm2.model"));
        byte[] text = System.IO.File.ReadAllBytes(TestData.File("corpora", "三国演义.txt"));

        SentencePieceModelFile.Save(tokenizer, File);
        var read = (SentencePieceTokenizer)TokenizerFile.Load(File);

        Assert.Equal(tokenizer.Model.Pieces, read.Model.Pieces);
        Assert.Equal(tokenizer.Ids, read.Ids);
        Assert.Equal(92543, read.SpecialTokens["<|im_start|>"]);
        Assert.Equal(SmallVocabulary.Encode(tokenizer, text), SmallVocabulary.Encode(read, text));
    }

    [Theory]
    [InlineData(nameof(SmallFiles.SentencePiece))]
    [InlineData(nameof(SmallFiles.Unigram))]
    public void Save_KeepsPiecesRulesAndRoles(string content)
    {
        byte[] original = content == nameof(SmallFiles.Unigram) ? SmallFiles.Unigram : SmallFiles.SentencePiece;
        var tokenizer = SentencePieceTokenizer.Create(SentencePieceFile.Read(original));

        SentencePieceModelFile.Save(tokenizer, File);
        var read = (SentencePieceTokenizer)TokenizerFile.Load(File);

        Assert.Equal(tokenizer.Kind, read.Kind);
        Assert.Equal(tokenizer.Model.Pieces, read.Model.Pieces);
        Assert.Equal(tokenizer.Model.Normalizer.Charsmap, read.Model.Normalizer.Charsmap);
        Assert.Equal(tokenizer.Encode(" hello  ﬁ x"), read.Encode(" hello  ﬁ x"));
    }

    [Fact]
    public void Save_NamesWhatTheFormatCannotSay()
    {
        SentencePieceModel model = SentencePieceFile.Read(SmallFiles.SentencePiece);
        var named = SentencePieceTokenizer.Create(
            model with { Aliases = new Dictionary<string, int> { ["<|end|>"] = 2 } });
        var spaced = SentencePieceTokenizer.Create(
            model with { Normalizer = model.Normalizer with { SplitsAtSpaces = true } });
        var listed = SentencePieceTokenizer.Create(model with { Merges = [new PieceMerge(3, 3, 4)] });

        Assert.Contains($"token 256 '{FirstToken()}' is merged from bytes within pretokens of Cl100k",
            Error(SmallVocabulary.Train()), StringComparison.Ordinal);
        Assert.Contains("the second names <|end|>", Error(named), StringComparison.Ordinal);
        Assert.Contains("how spaces are handled", Error(spaced), StringComparison.Ordinal);
        Assert.Contains("piece 4 'll' comes from a list of merges", Error(listed), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    private static string FirstToken() =>
        Tokenizers.Bytes.ByteAlphabet.Spell(SmallVocabulary.Train().TokenBytes(256));

    private string Error(Tokenizer tokenizer) =>
        Assert.Throws<ArgumentException>(() => SentencePieceModelFile.Save(tokenizer, File)).Message;
}
