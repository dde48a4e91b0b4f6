using System.Text;
using System.Text.Json.Nodes;
using Puyu.Tokenizers.Files;

namespace Puyu.Tokenizers.Tests.Files;

public sealed class TokenizerFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> Valid => new()
    {
        { "tokenizer.model", "sentencepiece-bpe", nameof(SmallFiles.SentencePiece) },
        { "t5.model", "sentencepiece-unigram", nameof(SmallFiles.Unigram) },
        { "a.gguf", "byte-level-bpe", nameof(SmallFiles.GgufByteLevel) },
        { "b.gguf", "sentencepiece-bpe", nameof(SmallFiles.GgufSentencePiece) },
        { "tokenizer.json", "byte-level-bpe", nameof(SmallFiles.JsonByteLevel) },
        { "tokenizer.json", "sentencepiece-bpe", nameof(SmallFiles.JsonSentencePiece) },
        { "tokenizer.json", "sentencepiece-unigram", nameof(SmallFiles.JsonUnigram) },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Valid))]
    public void Load_ReadsTheFormat_ByItsName(string name, string kind, string content)
    {
        File.WriteAllBytes(_folder.File(name), Content(content));

        Tokenizer fromFile = TokenizerFile.Load(_folder.File(name));
        Tokenizer fromFolder = TokenizerFile.Load(_folder.Root);

        Assert.Equal(kind, fromFile.Kind);
        Assert.Equal(fromFile.Encode("hello he"), fromFolder.Encode("hello he"));
        Assert.All(Enumerable.Range(0, fromFile.VocabSize), id => Assert.NotEqual(-1, fromFile.TokenBytes(id).Length));
    }

    [Fact]
    public void Load_ReadsVocabularyAndMerges()
    {
        File.WriteAllBytes(_folder.File("vocab.json"), SmallFiles.Vocabulary);
        File.WriteAllLines(_folder.File("merges.txt"), ["#version: 0.2", .. SmallFiles.Merges]);

        Tokenizer tokenizer = TokenizerFile.Load(_folder.Root);

        Assert.Equal([259, 260, (byte)'!'], tokenizer.Encode("hello hello!"));
        Assert.Equal(261, tokenizer.EosId);
        Assert.Equal([261], tokenizer.EncodeWithSpecials("<|endoftext|>"));
        Assert.DoesNotContain(261, tokenizer.Encode("<|endoftext|>"));
    }

    [Fact]
    public void Load_TakesRolesAndNames_FromTheConfiguration()
    {
        File.WriteAllBytes(_folder.File("tokenizer.model"), SmallFiles.SentencePiece);
        int spare = TokenizerFile.Load(_folder.Root).EncodeWithSpecials("[SPARE_1]").Single();
        int next = TokenizerFile.Load(_folder.Root).VocabSize;
        File.WriteAllText(_folder.File("tokenizer_config.json"), $$"""
            {
              "bos_token": "<s>", "eos_token": {"content": "<|end|>"}, "pad_token": null,
              "added_tokens_decoder": {
                "{{spare}}": {"content": "<|start|>", "special": true},
                "{{next}}": {"content": "<|end|>", "special": true}
              }
            }
            """);

        Tokenizer tokenizer = TokenizerFile.Load(_folder.Root);

        Assert.Equal([spare, next], tokenizer.EncodeWithSpecials("<|start|><|end|>"));
        Assert.Equal("<|start|><|end|>", tokenizer.Decode([spare, next]));
        Assert.Equal((1, next, null), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.DoesNotContain(tokenizer.Encode("<|start|><|end|>[SPARE_1]"), tokenizer.SpecialTokens.Values.Contains);
    }

    [Fact]
    public void Load_ReadsAddedText_AsText_ButMarkersAsSpecial()
    {
        File.WriteAllBytes(_folder.File("a.gguf"), SmallFiles.GgufByteLevel);

        Tokenizer tokenizer = TokenizerFile.Load(_folder.Root);

        Assert.Equal([(byte)'a', 262, (byte)'b'], tokenizer.Encode("a    b").Select(Byte));
        Assert.Equal([261], tokenizer.EncodeWithSpecials("<|end|>"));
        Assert.DoesNotContain(261, tokenizer.Encode("<|end|>"));

        int Byte(int id) => id < 256 ? tokenizer.TokenBytes(id)[0] : id;
    }

    [Fact]
    public void Load_AppliesEachPartOfTheJson()
    {
        File.WriteAllBytes(_folder.File("tokenizer.json"), SmallFiles.JsonByteLevel);
        Tokenizer bytes = TokenizerFile.Load(_folder.Root);
        File.WriteAllBytes(_folder.File("tokenizer.json"), SmallFiles.JsonSentencePiece);
        Tokenizer characters = TokenizerFile.Load(_folder.Root);
        File.WriteAllBytes(_folder.File("tokenizer.json"), SmallFiles.JsonUnigram);
        Tokenizer unigram = TokenizerFile.Load(_folder.Root);

        Assert.Equal("é", bytes.Decode(bytes.Encode("e\u0301")));
        Assert.Equal([259, 260, 261], bytes.EncodeWithSpecials("hello hello<|end|>"));
        Assert.Equal([262, 261, 263, 1, .. (int[])[0x21 + 2]], characters.EncodeWithSpecials("hehe<|end|><s>!"));
        Assert.Equal("hehe<|end|>", characters.Decode([262, 261, 263]));
        Assert.Equal([3, 3], unigram.Encode("he\t  he "));
    }

    [Theory]
    [InlineData("model.type", "WordPiece", "model.type is \"WordPiece\" but must be BPE or Unigram")]
    [InlineData("normalizer.type", "Lowercase", "normalizer.type is \"Lowercase\" but must be NFC, NFD, NFKC or NFKD")]
    [InlineData("pre_tokenizer.pretokenizers.0.pattern.Regex", "x", "Regex is \"x\" but must be the expression of")]
    [InlineData("pre_tokenizer.pretokenizers.0.type", "Digits", "type is \"Digits\" but must be Split")]
    [InlineData("model.merges.0.0", "xyz", "merge 0 ('xyz', 'e') names 'xyz', which the vocabulary does not have")]
    [InlineData("model.end_of_word_suffix", "</w>", "must be empty: subword affixes are not supported")]
    public void Load_NamesThePart_ThatIsNotSupported(string path, string value, string expected)
    {
        JsonNode file = JsonNode.Parse(SmallFiles.JsonByteLevel)!;
        string[] steps = path.Split('.');
        JsonNode parent = steps[..^1].Aggregate(
            file, (node, step) => char.IsDigit(step[0]) ? node[step[0] - '0']! : node[step]!);
        if (parent is JsonArray array)
        {
            array[steps[^1][0] - '0'] = value;
        }
        else
        {
            parent[steps[^1]] = value;
        }

        File.WriteAllText(_folder.File("tokenizer.json"), file.ToJsonString());

        Assert.Contains(expected, ErrorOf("tokenizer.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IQ== 0\nIg==\n", "line 2: the token is not base64 followed by a space")]
    [InlineData("I*== 0\n", "line 1: the token is not base64 followed by a space")]
    [InlineData("IQ== 0\nIg== 0\n", "line 2: rank 0 is there twice")]
    [InlineData("IQ== 99999999\n", "line 1: the rank is not an integer from 0 to")]
    [InlineData("IQ== 0\n", "has 1 ranks but must have one of 50256 (gpt2, r50k_base), 100256 (cl100k_base)")]
    public void Load_NamesTheLine_WhereRanksAreDamaged(string content, string expected)
    {
        File.WriteAllText(_folder.File("x.tiktoken"), content);

        Assert.Contains(expected, ErrorOf("x.tiktoken"), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RefusesDuplicateTokens_AndMissingBytes()
    {
        string path = _folder.File("x.tiktoken");
        string ranks = Encoding.ASCII.GetString(SmallFiles.Tiktoken);
        File.WriteAllText(path, ranks + "aGU= 261\n");
        Assert.EndsWith("token 261 is '6865' but token 256 is too", ErrorOfTiktoken(path), StringComparison.Ordinal);

        File.WriteAllText(path, ranks[(ranks.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.EndsWith("no token for byte 0x00 but must have all 256", ErrorOfTiktoken(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ReadsTiktoken_WithItsPattern()
    {
        File.WriteAllBytes(_folder.File("x.tiktoken"), SmallFiles.Tiktoken);

        Tokenizer tokenizer = TiktokenFile.Load(
            _folder.File("x.tiktoken"), SplitPattern.Gpt2, new Dictionary<string, int> { ["<|endoftext|>"] = 300 });

        Assert.Equal([259, 260, 300], tokenizer.EncodeWithSpecials("hello hello<|endoftext|>"));
        Assert.Equal(301, tokenizer.VocabSize);
        Assert.Equal(300, tokenizer.EosId);
        Assert.True(tokenizer.TokenBytes(280).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.TokenBytes(301).Length);
    }

    [Fact]
    public void Load_NamesTheUnknownPretokenizer()
    {
        byte[] file = Support.ModelFiles.Gguf(
            ("tokenizer.ggml.model", "gpt2"),
            ("tokenizer.ggml.pre", "martian"),
            ("tokenizer.ggml.tokens", (string[])["a"]));
        File.WriteAllBytes(_folder.File("a.gguf"), file);

        Assert.Contains(
            "tokenizer.ggml.pre is 'martian' but must be one of gpt-2,", ErrorOf("a.gguf"), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SaysWhatIsMissing()
    {
        Assert.Contains("has no tokenizer", Assert.Throws<FileNotFoundException>(
            () => TokenizerFile.Load(_folder.Root)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(
            () => TokenizerFile.Load(_folder.File("x.model"))).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("x.bin"), "");
        Assert.Contains("ends in '.bin'", ErrorOf("x.bin"), StringComparison.Ordinal);
    }

    private static byte[] Content(string name) => (byte[])typeof(SmallFiles).GetProperty(name)!.GetValue(null)!;

    private static string ErrorOfTiktoken(string path) => Assert.Throws<InvalidDataException>(
        () => TiktokenFile.Load(path, SplitPattern.Gpt2, new Dictionary<string, int>())).Message;

    private string ErrorOf(string name) =>
        Assert.Throws<InvalidDataException>(() => TokenizerFile.Load(_folder.File(name))).Message;
}
