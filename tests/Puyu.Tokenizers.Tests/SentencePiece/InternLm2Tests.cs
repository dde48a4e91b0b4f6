using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Tests.SentencePiece;

/// <summary>The InternLM2 model against ids that the SentencePiece library computed.</summary>
public class InternLm2Tests
{
    private static readonly Lazy<SentencePieceTokenizer> _tokenizer = new(() => SentencePieceTokenizer.Create(
        SentencePieceFile.Read(File.ReadAllBytes(TestData.File("tokenizers", "internlm2.model")))));

    [DataFact]
    public void Encode_MatchesTheLibrary_OnTheVectors()
    {
        Vector[] vectors = ReadVectors();

        Assert.Equal(67, vectors.Length);
        Assert.All(vectors, vector => Assert.Equal(vector.Ids, vector.Text.StartsWith('[')
            ? _tokenizer.Value.EncodeWithSpecials(vector.Text)
            : _tokenizer.Value.Encode(vector.Text)));
    }

    [DataFact]
    public void Decode_GivesTheTextBack_WhereTheLibraryDoes()
    {
        Assert.All(ReadVectors().Where(vector => vector.RoundTrips && !vector.Text.StartsWith('[')), vector =>
            Assert.Equal(vector.Text, _tokenizer.Value.Decode(vector.Ids)));
    }

    [DataTheory]
    [InlineData("corpora/tinyshakespeare.txt")]
    [InlineData("corpora/war_and_peace_utf8.txt")]
    [InlineData("corpora/红楼梦.txt")]
    [InlineData("corpora/三国演义.txt")]
    [InlineData("corpora/wikitext2_test.txt")]
    [InlineData("corpora/tang300.json")]
    [InlineData("eval/gsm8k_test.jsonl")]
    public void Encode_MatchesTheLibrary_OnTheCorpus(string file)
    {
        using var expected = JsonDocument.Parse(
            File.ReadAllText(TestData.File("tokenizers", "internlm2_corpora.json")));
        JsonElement corpus = expected.RootElement.GetProperty("files").GetProperty(file);

        var ids = new TokenBuffer();
        foreach (string line in Lines(Encoding.UTF8.GetString(File.ReadAllBytes(TestData.File(file)))))
        {
            _tokenizer.Value.Encode(Encoding.UTF8.GetBytes(line), ids);
        }

        Assert.Equal(corpus.GetProperty("tokens").GetInt32(), ids.Count);
        Assert.Equal(
            corpus.GetProperty("sha256_of_int32_le").GetString(),
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.Span))));
    }

    [DataFact]
    public void Encode_NeverMakesASpecialToken_OfUntrustedText()
    {
        SentencePieceTokenizer tokenizer = _tokenizer.Value;
        var special = tokenizer.SpecialTokens.Values.ToHashSet();

        Assert.Equal(147 + 3, special.Count);
        Assert.All(tokenizer.SpecialTokens.Keys, literal =>
        {
            int[] ids = tokenizer.Encode($"a {literal}{literal}b");
            Assert.DoesNotContain(ids, special.Contains);
            Assert.Equal($"a {literal}{literal}b", tokenizer.Decode(ids));
        });
    }

    [DataFact]
    public void EncodeWithSpecials_MakesChatMarkers_OfTheirNames()
    {
        SentencePieceTokenizer tokenizer = _tokenizer.Value;

        int[] ids = tokenizer.EncodeWithSpecials("<s><|im_start|>user\nHi<|im_end|>\n");

        Assert.Equal([1, 92543, .. tokenizer.Encode("user\nHi"), 92542, .. tokenizer.Encode("\n")], ids);
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n", tokenizer.Decode(ids));
        Assert.Equal((1, 2, 2, 0), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Equal(92544, tokenizer.VocabSize);
    }

    [DataFact]
    public void EncodeWithSpecials_LeavesTheOthersText_WhenSomeAreAllowed()
    {
        SentencePieceTokenizer tokenizer = _tokenizer.Value;

        int[] ids = tokenizer.EncodeWithSpecials("<|im_end|><|im_start|>", new HashSet<string> { "<|im_end|>" });

        Assert.Equal([92542, .. tokenizer.Encode("<|im_start|>")], ids);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => tokenizer.EncodeWithSpecials("", new HashSet<string> { "<|nobody|>" }));
        Assert.Contains("'<|nobody|>'", error.Message, StringComparison.Ordinal);
    }

    [DataFact]
    public void Encode_TakesFullWidthLettersAsText()
    {
        int[] ids = _tokenizer.Value.Encode("Ａ——……—");

        Assert.Equal("Ａ——……—", _tokenizer.Value.Decode(ids));
        Assert.True(ids.Length <= 5, string.Join(' ', ids));
    }

    [DataFact]
    public void Encode_AllocatesNothing_OnceWarm()
    {
        byte[] text = File.ReadAllBytes(TestData.File("corpora", "三国演义.txt"));
        var ids = new TokenBuffer();
        _tokenizer.Value.Encode(text, ids);
        ids.Clear();

        long before = GC.GetAllocatedBytesForCurrentThread();
        _tokenizer.Value.Encode(text, ids);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    /// <summary>The lines of a text with their ends, as Python's splitlines(keepends=True) cuts them.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            if (!isPair && "\n\r\v\f\u001C\u001D\u001E\u0085\u2028\u2029".Contains(text[i], StringComparison.Ordinal))
            {
                yield return text[start..(i + 1)];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static Vector[] ReadVectors() =>
        [.. File.ReadLines(TestData.File("tokenizers", "internlm2_vectors.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return new Vector(
                json.RootElement.GetProperty("text").GetString()!,
                [.. json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
                json.RootElement.GetProperty("decoded_equals_text").GetBoolean());
        })];

    private sealed record Vector(string Text, int[] Ids, bool RoundTrips);
}
