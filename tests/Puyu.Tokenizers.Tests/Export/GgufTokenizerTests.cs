using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Files;

namespace Puyu.Tokenizers.Tests.Export;

public sealed class GgufTokenizerTests
{
    private const string Text = "The quick brown fox, 狐狸, jumps  over\n13 lazy dogs.";

    [Fact]
    public void Describe_GivesKeys_ThatReadBackAsTheSameTokenizer()
    {
        ByteLevelBpeTokenizer tokenizer = PairVocabulary.Create(3000);

        Tokenizer read = ReadBack(GgufTokenizer.Describe(tokenizer, vocabSize: 3010));

        Assert.Equal(tokenizer.Encode(Text), read.Encode(Text));
        Assert.Equal(tokenizer.EncodeWithSpecials("<s>a<|im_end|>"), read.EncodeWithSpecials("<s>a<|im_end|>"));
        Assert.Equal((tokenizer.BosId, tokenizer.EosId), (read.BosId, read.EosId));
        Assert.Equal(3010, read.VocabSize);
    }

    [DataFact]
    public void Describe_GivesKeys_OfASentencePieceModel()
    {
        Tokenizer tokenizer = TokenizerFile.Load(TestData.File("tokenizers", "internlm2.model"));

        Tokenizer read = ReadBack(GgufTokenizer.Describe(tokenizer, tokenizer.VocabSize));

        Assert.Equal(tokenizer.Encode(Text), read.Encode(Text));
        Assert.Equal(tokenizer.EosId, read.EosId);
    }

    [Fact]
    public void Describe_GivesEveryIdATextOfItsOwn()
    {
        var keys = new Dictionary<string, object>(GgufTokenizer.Describe(PairVocabulary.Create(70_000), 70_000));

        string[] tokens = Assert.IsType<string[]>(keys["tokenizer.ggml.tokens"]);
        Assert.Equal(70_000, tokens.Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{{ '<|im_start|>' }}")]
    public void Describe_GivesTheChatTemplate_WhereThereIsOne(string? jinja)
    {
        using MemoryStream file = Write(GgufTokenizer.Describe(PairVocabulary.Create(3000), 3000, jinja));

        Assert.Equal(jinja, GgufMetadata.Read(file, "test", prefix: "").Find<string>("tokenizer.chat_template"));
    }

    private static Tokenizer ReadBack(IReadOnlyList<KeyValuePair<string, object>> keys)
    {
        using MemoryStream file = Write(keys);
        return GgufVocabulary.Create(GgufMetadata.Read(file, "test", GgufVocabulary.Prefix), "test");
    }

    private static MemoryStream Write(IReadOnlyList<KeyValuePair<string, object>> keys)
    {
        var file = new MemoryStream();
        using var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(0ul);
        writer.Write((ulong)keys.Count);
        foreach ((string key, object value) in keys)
        {
            WriteText(writer, key);
            WriteValue(writer, value);
        }

        file.Position = 0;
        return file;
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        if (value is not Array items)
        {
            writer.Write(TypeOf(value));
            WriteItem(writer, value);
            return;
        }

        writer.Write(9u);
        writer.Write(items.Length > 0 ? TypeOf(items.GetValue(0)!) : 8u);
        writer.Write((ulong)items.Length);
        foreach (object item in items)
        {
            WriteItem(writer, item);
        }
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        _ => 8,
    };

    private static void WriteItem(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            default:
                WriteText(writer, (string)value);
                break;
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)utf8.Length);
        writer.Write(utf8);
    }
}
