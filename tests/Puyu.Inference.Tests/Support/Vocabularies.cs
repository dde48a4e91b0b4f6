using System.Text;
using Puyu.Abstractions;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Tests.Support;

/// <summary>Vocabularies without a tokenizer.</summary>
internal static class Vocabularies
{
    /// <summary>Ids that stand for nothing.</summary>
    public static TokenVocabulary Nameless(int size) =>
        new([.. Enumerable.Repeat(Array.Empty<byte>(), size)], new Dictionary<string, int>());

    /// <summary>Tokens by their texts; those written in angle brackets are special.</summary>
    public static TokenVocabulary Of(params string[] tokens) => new(
        [.. tokens.Select(Encoding.UTF8.GetBytes)],
        tokens.Index().Where(token => token.Item.Length > 2 && token.Item[0] == '<' && token.Item[^1] == '>')
            .ToDictionary(token => token.Item, token => token.Index));

    /// <summary>
    /// All bytes, and tokens by chance that share beginnings: of letters most of all, some of half characters.
    /// </summary>
    public static TokenVocabulary Random(int size, ulong seed)
    {
        byte[][] pieces =
        [
            .. "abcaabacba0 \"\\:,名名字é😀\n".EnumerateRunes().Select(rune => Encoding.UTF8.GetBytes(rune.ToString())),
            [0xE5], [0x90, 0x8D], [0xFF],
        ];
        var random = new CounterRandom(seed);
        byte[][] tokens = new byte[size][];
        for (int id = 0; id < size; id++)
        {
            var bytes = new List<byte> { (byte)id };
            if (id >= 256)
            {
                bytes.Clear();
                for (int i = 1 + random.NextInt32(id % 10 == 0 ? 24 : 6); i > 0; i--)
                {
                    bytes.AddRange(pieces[random.NextInt32(id % 3 == 0 ? pieces.Length : 11)]);
                }
            }

            tokens[id] = [.. bytes];
        }

        return new TokenVocabulary(tokens, new Dictionary<string, int>());
    }
}
