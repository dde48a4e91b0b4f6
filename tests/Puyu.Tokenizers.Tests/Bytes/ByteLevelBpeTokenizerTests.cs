using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Tests.Bytes;

public class ByteLevelBpeTokenizerTests
{
    private static readonly string[] _words = ["a", "b", " ", "aa", "ab", "1", "é", "中", "文", "\n", "<|end|>", "'s"];

    [Fact]
    public void Encode_MatchesTheDefinition_OnRandomRanks()
    {
        var random = new CounterRandom(seed: 4);
        for (int round = 0; round < 40; round++)
        {
            byte[][] tokens = RandomTokens(ref random);
            ByteLevelBpeTokenizer tokenizer = Create(tokens);
            string text = RandomText(ref random, 400);

            Assert.Equal(EncodeByDefinition(tokens, text), tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Decode_GivesTheTextBack()
    {
        var random = new CounterRandom(seed: 6);
        ByteLevelBpeTokenizer tokenizer = Create(RandomTokens(ref random));
        string[] texts = [.. Enumerable.Range(0, 100).Select(_ => RandomText(ref random, 30))];

        Assert.All(texts, text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text))));
        Assert.All(texts, text => Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeWithSpecials(text))));
    }

    [Fact]
    public void Encode_KeepsSpecialTokensOut_EvenWhereTheirBytesAreListed()
    {
        byte[][] tokens = [.. SingleBytes(), Encoding.ASCII.GetBytes("hello")];
        var tokenizer = ByteLevelBpeTokenizer.Create(
            tokens, SplitPattern.Cl100k, new Dictionary<string, int> { ["hello"] = 256 }, new SpecialIds(Eos: 256));

        Assert.Equal("hello"u8.ToArray().Select(value => (int)value), tokenizer.Encode("hello"));
        Assert.Equal([256], tokenizer.EncodeWithSpecials("hello"));
        Assert.Equal("hello", tokenizer.Decode([256]));
    }

    [Fact]
    public void Create_NamesTheMissingByte()
    {
        byte[][] tokens = SingleBytes();
        tokens[200] = [];

        Assert.Contains("no token for byte 0xC8", Assert.Throws<ArgumentException>(() => Create(tokens)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void EncodeWithSpecials_TakesTheLeftmost_ThenTheLongest()
    {
        var specials = new Dictionary<string, int> { ["<a>"] = 300, ["<a><b>"] = 301, ["<b>"] = 302 };
        var tokenizer = ByteLevelBpeTokenizer.Create(SingleBytes(), SplitPattern.Gpt2, specials);

        Assert.Equal([301, 300, 300, 'x', 302], tokenizer.EncodeWithSpecials("<a><b><a><a>x<b>"));
    }

    [Fact]
    public void ByteAlphabet_SpellsTheKnownBytes()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        Assert.Equal("ĠĊĀ!~¡¬®ÿŃ", ByteAlphabet.Spell([32, 10, 0, 33, 126, 161, 172, 174, 255, 173]));
        Assert.True(ByteAlphabet.TryRead(ByteAlphabet.Spell(all), out byte[] back));
        Assert.Equal(all, back);
        Assert.False(ByteAlphabet.TryRead("中", out _));
    }

    private static byte[][] SingleBytes() => [.. Enumerable.Range(0, 256).Select(value => (byte[])[(byte)value])];

    private static ByteLevelBpeTokenizer Create(byte[][] tokens) => ByteLevelBpeTokenizer.Create(
        tokens, SplitPattern.Cl100k, new Dictionary<string, int> { ["<|end|>"] = tokens.Length });

    /// <summary>
    /// Ranks in any order, some unreachable by merges, as lists that were cut or extended by hand have.
    /// </summary>
    private static byte[][] RandomTokens(ref CounterRandom random)
    {
        var tokens = new HashSet<string>();
        while (tokens.Count < 60)
        {
            string text = RandomText(ref random, 1 + random.NextInt32(3));
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte[] part = bytes[random.NextInt32(bytes.Length)..];
            if (part.Length > 1)
            {
                tokens.Add(Convert.ToHexString(part));
            }
        }

        return [.. SingleBytes(), .. tokens.Select(Convert.FromHexString)];
    }

    private static string RandomText(ref CounterRandom random, int words)
    {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            text.Append(_words[random.NextInt32(_words.Length)]);
        }

        return text.ToString();
    }

    /// <summary>
    /// tiktoken's definition: the neighbours whose joined bytes have the lowest rank, the leftmost of those.
    /// </summary>
    private static List<int> EncodeByDefinition(byte[][] tokens, string text)
    {
        Dictionary<string, int> ranks = tokens.Select((token, rank) => (Convert.ToHexString(token), rank))
            .ToDictionary(pair => pair.Item1, pair => pair.rank);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var ids = new List<int>();
        for (int at = 0; at < utf8.Length;)
        {
            int end = PretokenScanner.Next(utf8, at, SplitPattern.Cl100k);
            string pretoken = Convert.ToHexString(utf8.AsSpan(at..end));
            ids.AddRange(ranks.TryGetValue(pretoken, out int whole) ? [whole] : Merge(pretoken, ranks));
            at = end;
        }

        return ids;
    }

    private static IEnumerable<int> Merge(string pretoken, Dictionary<string, int> ranks)
    {
        List<string> parts = [.. pretoken.Chunk(2).Select(pair => new string(pair))];
        while (true)
        {
            int best = Enumerable.Range(0, parts.Count - 1)
                .Where(i => ranks.ContainsKey(parts[i] + parts[i + 1]))
                .OrderBy(i => ranks[parts[i] + parts[i + 1]])
                .FirstOrDefault(-1);
            if (best < 0)
            {
                return parts.Select(part => ranks[part]);
            }

            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }
    }
}
