using System.Text;
using System.Text.Json;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Export;

public sealed class TokenizerJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(SplitPattern.Gpt2)]
    [InlineData(SplitPattern.Cl100k)]
    [InlineData(SplitPattern.O200k)]
    [InlineData(SplitPattern.Qwen2)]
    public void Save_IsReadBackWithTheSameIdsAndRoles(SplitPattern pattern)
    {
        ByteLevelBpeTokenizer tokenizer = SmallVocabulary.Train(
            SmallVocabulary.Options with { SplitPattern = pattern });

        TokenizerJson.Save(tokenizer, _folder.File("tokenizer.json"));
        Tokenizer read = TokenizerFile.Load(_folder.Root);

        Assert.Equal(tokenizer.Ids, read.Ids);
        Assert.Equal(tokenizer.VocabSize, read.VocabSize);
        Assert.Equal(
            tokenizer.SpecialTokens.OrderBy(token => token.Value), read.SpecialTokens.OrderBy(token => token.Value));
        Assert.Equal(pattern, Assert.IsType<ByteLevelBpeTokenizer>(read).Pattern);
        Assert.All(SmallVocabulary.Texts, text => Assert.Equal(tokenizer.Encode(text), read.Encode(text)));
        Assert.Equal(
            tokenizer.EncodeWithSpecials("<s>the cat</s><pad>"), read.EncodeWithSpecials("<s>the cat</s><pad>"));
    }

    [DataTheory]
    [InlineData("tinyshakespeare.txt", SplitPattern.Cl100k)]
    [InlineData("红楼梦.txt", SplitPattern.O200k)]
    public void Save_IsReadBackWithTheSameIds_OnRealText(string file, SplitPattern pattern)
    {
        byte[] text = File.ReadAllBytes(TestData.File("corpora", file));
        ByteLevelBpeTokenizer tokenizer = BpeTrainer.Train(
            [text], new BpeTrainingOptions { VocabSize = 4_000, SplitPattern = pattern });

        TokenizerJson.Save(tokenizer, _folder.File("tokenizer.json"));

        Assert.Equal(
            SmallVocabulary.Encode(tokenizer, text),
            SmallVocabulary.Encode(TokenizerFile.Load(_folder.Root), text));
    }

    [Fact]
    public void Save_WritesTheSameBytesAgain_AndAfterReading()
    {
        TokenizerJson.Save(SmallVocabulary.Train(), _folder.File("tokenizer.json"), ChatTemplate.InternLm2);
        byte[] first = File.ReadAllBytes(_folder.File("tokenizer.json"));
        byte[] config = File.ReadAllBytes(_folder.File("tokenizer_config.json"));

        var read = (ByteLevelBpeTokenizer)TokenizerFile.Load(_folder.Root);
        TokenizerJson.Save(read, _folder.File("tokenizer.json"), ChatTemplate.InternLm2);

        Assert.Equal(first, File.ReadAllBytes(_folder.File("tokenizer.json")));
        Assert.Equal(config, File.ReadAllBytes(_folder.File("tokenizer_config.json")));
        Assert.DoesNotContain((byte)'\r', first);
    }

    [Fact]
    public void Save_WritesRolesAndChatTemplate_BesideTheFile()
    {
        TokenizerJson.Save(SmallVocabulary.Train(), _folder.File("tokenizer.json"), ChatTemplate.InternLm2);

        using var config = JsonDocument.Parse(File.ReadAllBytes(_folder.File("tokenizer_config.json")));

        Assert.Equal("<s>", config.RootElement.GetProperty("bos_token").GetString());
        Assert.Equal("</s>", config.RootElement.GetProperty("eos_token").GetString());
        Assert.Equal("<pad>", config.RootElement.GetProperty("pad_token").GetString());
        Assert.Equal(ChatTemplate.InternLm2.Jinja, config.RootElement.GetProperty("chat_template").GetString());
    }

    [Fact]
    public void Save_KeepsTokensThatAreAddedInTheMiddle()
    {
        byte[][] tokens = [[], .. Bytes(), [], Encoding.UTF8.GetBytes("th")];
        var specials = new Dictionary<string, int> { ["<first>"] = 0, ["<middle>"] = 257 };
        var tokenizer = ByteLevelBpeTokenizer.Create(tokens, SplitPattern.Cl100k, specials, new SpecialIds(Eos: 257));

        TokenizerJson.Save(tokenizer, _folder.File("tokenizer.json"));
        Tokenizer read = TokenizerFile.Load(_folder.File("tokenizer.json"));

        Assert.Equal([0, 258, 1 + 'e', 257], read.EncodeWithSpecials("<first>the<middle>"));
        Assert.Equal(257, read.EosId);
    }

    [Fact]
    public void Save_NamesWhatTheFormatCannotSay()
    {
        byte[][] bytes = Bytes();
        var none = new Dictionary<string, int>();
        var gap = ByteLevelBpeTokenizer.Create([.. bytes, [], "ab"u8.ToArray()], SplitPattern.Gpt2, none);
        var twice = ByteLevelBpeTokenizer.Create(
            [.. bytes, "PAD"u8.ToArray(), []], SplitPattern.Gpt2, new Dictionary<string, int> { ["PAD"] = 257 });
        var role = ByteLevelBpeTokenizer.Create(bytes, SplitPattern.Gpt2, none, new SpecialIds(Bos: 7));

        Assert.Contains("id 256 stands for nothing", Error(gap), StringComparison.Ordinal);
        Assert.Contains("tokens 256 and 257 are both written 'PAD'", Error(twice), StringComparison.Ordinal);
        Assert.Contains("token 7 has a role but is no special token", Error(role), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    private static byte[][] Bytes() => [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })];

    private string Error(ByteLevelBpeTokenizer tokenizer) => Assert.Throws<ArgumentException>(
        () => TokenizerJson.Save(tokenizer, _folder.File("tokenizer.json"))).Message;
}
