using System.Text;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Streaming;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.Streaming;

public class StreamingDecoderTests
{
    private const string Text = "a猫🦙é👩‍👩‍👧 书生·浦语\r\n";

    /// <summary>One id a byte, so that every place in a character is a place between tokens.</summary>
    private static readonly ByteLevelBpeTokenizer _bytes = ByteLevelBpeTokenizer.Create(
        [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })],
        SplitPattern.Gpt2,
        new Dictionary<string, int> { ["<|end|>"] = 256 });

    [Fact]
    public void Append_GivesAtEveryPrefix_TheCharactersThatAreComplete()
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(Text);
        StreamingDecoder decoder = _bytes.CreateStreamingDecoder();
        string streamed = "";

        for (int length = 1; length <= utf8.Length; length++)
        {
            string piece = decoder.Append(utf8[length - 1]);
            streamed += piece;
            Assert.DoesNotContain('\uFFFD', piece);
            Assert.Equal(CompleteCharacters(utf8.AsSpan(0, length)), streamed);
        }

        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Append_ThenFlush_JoinToTheDecodedText_WhereverTheTextEnds()
    {
        int[] ids = _bytes.Encode(Text);
        Assert.All(Enumerable.Range(0, ids.Length + 1), length =>
        {
            StreamingDecoder decoder = _bytes.CreateStreamingDecoder();
            string streamed = decoder.Append(ids.AsSpan(0, length)) + decoder.Flush();
            Assert.Equal(_bytes.Decode(ids.AsSpan(0, length)), streamed);
        });
    }

    [Theory]
    [InlineData("FF 41", "\uFFFD|A|")]
    [InlineData("E7 8C 41", "||\uFFFDA|")]
    [InlineData("E7 8C E7 8C AB", "||\uFFFD||猫|")]
    [InlineData("F0 9F A6", "|||\uFFFD")]
    [InlineData("C0 AF", "\uFFFD|\uFFFD|")]
    [InlineData("ED A0 80", "|\uFFFD\uFFFD|\uFFFD|")]
    [InlineData("AB 41", "\uFFFD|A|")]
    public void Append_ReplacesWhatCannotBecomeACharacter(string hex, string pieces)
    {
        StreamingDecoder decoder = _bytes.CreateStreamingDecoder();
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        string[] actual = [.. bytes.Select(value => decoder.Append(value)), decoder.Flush()];

        Assert.Equal(pieces.Split('|'), actual);
        Assert.Equal(_bytes.Decode([.. bytes.Select(value => (int)value)]), string.Concat(actual));
    }

    [Fact]
    public void Append_MatchesDecode_OnRandomBytes()
    {
        var random = new Random(7);
        Assert.All(Enumerable.Range(0, 200), _ =>
        {
            int[] ids =
            [
                .. Enumerable.Range(0, 40).Select(
                    _ => random.Next(2) == 0 ? random.Next(0x80, 0x100) : random.Next(257)),
            ];
            StreamingDecoder decoder = _bytes.CreateStreamingDecoder();
            Assert.Equal(_bytes.Decode(ids), string.Concat(ids.Select(decoder.Append)) + decoder.Flush());
        });
    }

    [Fact]
    public void Append_WritesSpecialTokensAsTheirLiterals() =>
        Assert.Equal("a<|end|>", _bytes.CreateStreamingDecoder().Append(['a', 256]));

    [Fact]
    public void Flush_MakesTheDecoderAsNew()
    {
        StreamingDecoder decoder = _bytes.CreateStreamingDecoder();
        decoder.Append(0xE7);

        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("", decoder.Flush());
        Assert.Equal("A", decoder.Append('A'));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Append_DropsTheSpaceThatTheModelPutsFirst_OncePerSequence(bool addsPrefix)
    {
        var tokenizer = SentencePieceTokenizer.Create(SentencePieceFile.Read(ModelFiles.SentencePiece(
            [.. ModelFiles.WithControls(("\u2581a", 0), ("\u2581", -1), ("a", -2)), .. ModelFiles.BytePieces()],
            byteFallback: true,
            dummyPrefix: addsPrefix)));
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        int bos = tokenizer.BosId!.Value;
        int word = tokenizer.EncodeWithSpecials(addsPrefix ? "a" : " a").Single();
        string first = addsPrefix ? "a" : " a";

        Assert.Equal(["", first, " a"], ((int[])[bos, word, word]).Select(decoder.Append));
        Assert.Equal("", decoder.Flush());
        Assert.Equal([first, " a"], ((int[])[word, word]).Select(decoder.Append));
        Assert.Equal(first + " a", tokenizer.Decode([bos, word, word]));
    }

    /// <summary>Bytes of an unfinished character are at the end only.</summary>
    private static string CompleteCharacters(ReadOnlySpan<byte> utf8)
    {
        int end = utf8.Length;
        while (!System.Text.Unicode.Utf8.IsValid(utf8[..end]))
        {
            end--;
        }

        return Encoding.UTF8.GetString(utf8[..end]);
    }
}
