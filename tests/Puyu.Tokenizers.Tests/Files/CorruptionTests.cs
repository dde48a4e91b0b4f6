using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Files;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Tests.Files;

/// <summary>
/// Damaged files are read, or refused by InvalidDataException; nothing else comes out, and nothing hangs.
/// </summary>
public class CorruptionTests
{
    private const int Rounds = 700;
    private const long MaxAllocatedBytes = 64 << 20;

    [Fact]
    public void SentencePiece_SurvivesDamage() => Damage(
        SmallFiles.SentencePiece, 1, bytes => SentencePieceTokenizer.Create(SentencePieceFile.Read(bytes)));

    [Fact]
    public void Unigram_SurvivesDamage() => Damage(
        SmallFiles.Unigram, 2, bytes => SentencePieceTokenizer.Create(SentencePieceFile.Read(bytes)));

    [Fact]
    public void Gguf_SurvivesDamage()
    {
        Damage(SmallFiles.GgufByteLevel, 3, ReadGguf);
        Damage(SmallFiles.GgufSentencePiece, 4, ReadGguf);
    }

    [Fact]
    public void Json_SurvivesDamage()
    {
        Damage(SmallFiles.JsonByteLevel, 5, ReadJson);
        Damage(SmallFiles.JsonSentencePiece, 6, ReadJson);
        Damage(SmallFiles.JsonUnigram, 7, ReadJson);
    }

    [Theory]
    [InlineData("""{"\ud800": 1, "model": {"type": "BPE"}}""")]
    [InlineData("""{"model": {"type": "\udc00"}}""")]
    [InlineData("""{"model": {"vocab": {"\ud800": 1}, "merges": []}}""")]
    [InlineData("""{"model": []}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Json_IsRefused_WhereItsValuesAreOdd(string json)
    {
        Assert.Throws<InvalidDataException>(() => ReadJson(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Vocabulary_SurvivesDamage()
    {
        Damage(SmallFiles.Vocabulary, 8, bytes => VocabularyFiles.Read(
            bytes, SmallFiles.Merges, new TokenizerConfig()));
        Damage(Encoding.UTF8.GetBytes(string.Join('\n', SmallFiles.Merges)), 9, bytes => VocabularyFiles.Read(
            SmallFiles.Vocabulary, Encoding.UTF8.GetString(bytes).Split('\n'), new TokenizerConfig()));
    }

    [Fact]
    public void Configuration_SurvivesDamage() => Damage(
        """{"bos_token": "<s>", "added_tokens_decoder": {"9": {"content": "\u00e9", "special": true}}}"""u8.ToArray(),
        10,
        bytes => SentencePieceTokenizer.Create(SentencePieceConfig.Apply(
            SentencePieceFile.Read(SmallFiles.SentencePiece), TokenizerConfig.Parse(bytes))));

    [Fact]
    public void Tiktoken_SurvivesDamage()
    {
        using var folder = new TemporaryFolder();
        Damage(SmallFiles.Tiktoken, 11, bytes =>
        {
            File.WriteAllBytes(folder.File("x"), bytes);
            return TiktokenFile.Load(folder.File("x"), SplitPattern.Cl100k, new Dictionary<string, int>());
        });
    }

    [DataFact]
    public void RealModel_IsReadOrRefused_WhereverItIsCutOff()
    {
        byte[] file = File.ReadAllBytes(TestData.File("tokenizers", "internlm2.model"));
        var random = new CounterRandom(seed: 12);
        int[] lengths = [.. Enumerable.Range(0, 200).Select(_ => random.NextInt32(file.Length - 100))];

        // A cut between two pieces leaves a shorter model of the default type, unigram, which reads.
        Assert.All(lengths, length => Assert.Null(Record.Exception(() => Read(
            file[..length], bytes => SentencePieceFile.Read(bytes)))));
    }

    private static Tokenizer ReadGguf(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return GgufVocabulary.Create(GgufMetadata.Read(stream, "damaged", GgufVocabulary.Prefix), "damaged");
    }

    private static Tokenizer ReadJson(byte[] bytes) => HuggingFaceFile.Read(bytes, "damaged", new TokenizerConfig());

    private static void Damage(byte[] valid, ulong stream, Func<byte[], Tokenizer> read)
    {
        Assert.NotEmpty(read(valid).Encode("hello"));
        var random = new CounterRandom(seed: 1, stream);
        byte[][] damaged = [.. Enumerable.Range(0, Rounds).Select(_ => Mutate(valid, ref random))];

        Assert.All(damaged, bytes => Assert.Null(Record.Exception(() => Read(bytes, damagedBytes =>
        {
            Tokenizer tokenizer = read(damagedBytes);
            tokenizer.Decode(tokenizer.Encode("hello  ﬁ中\tA\0"));
        }))));
    }

    /// <summary>Reads, and lets the one exception pass that may come out.</summary>
    private static void Read(byte[] bytes, Action<byte[]> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (InvalidDataException refused)
        {
            Assert.NotEmpty(refused.Message);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
    }

    private static byte[] Mutate(byte[] valid, ref CounterRandom random)
    {
        var bytes = new List<byte>(valid);
        int changes = 1 + random.NextInt32(4);
        for (int i = 0; i < changes && bytes.Count > 0; i++)
        {
            int at = random.NextInt32(bytes.Count);
            switch (random.NextInt32(5))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes.Insert(at, (byte)random.NextInt32(256));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.NextInt32(16)));
                    break;
                case 3:
                    bytes[at] = (byte)(random.NextInt32(2) == 0 ? 0xFF : 0x7F);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.NextInt32(8));
                    break;
            }
        }

        return [.. bytes];
    }
}
