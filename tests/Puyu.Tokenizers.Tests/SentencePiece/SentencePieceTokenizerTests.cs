using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.SentencePiece;

public class SentencePieceTokenizerTests
{
    private static readonly string[] _characters = ["a", "b", "c", "\u2581", "é", "中", "文", "😀"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_MatchesTheReference_OnRandomVocabularies(bool byteFallback)
    {
        var random = new CounterRandom(seed: 3, stream: byteFallback ? 1ul : 0);
        for (int round = 0; round < 60; round++)
        {
            Piece[] pieces = RandomPieces(ref random, byteFallback);
            SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(pieces, byteFallback: byteFallback));
            string[] texts = [.. Enumerable.Range(0, 20).Select(_ => RandomText(ref random, 1 + random.NextInt32(90)))];

            Assert.All(texts, text => Assert.Equal(
                BpeReference.Encode(pieces, text, byteFallback), tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Encode_FindsTheMostProbableCut_Unigram()
    {
        var random = new CounterRandom(seed: 5);
        for (int round = 0; round < 40; round++)
        {
            var pieces = new Dictionary<string, float>();
            while (pieces.Count < 25)
            {
                string piece = RandomText(ref random, 1 + random.NextInt32(4)).Replace(' ', '\u2581');
                pieces[piece] = -1 - (9 * random.NextSingle());
            }

            SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(
                ModelFiles.WithControls([.. pieces.Select(piece => (piece.Key, piece.Value))]), isUnigram: true));
            string text = RandomText(ref random, 9);

            double score = tokenizer.Encode(text)
                .Sum(id => (double)(id == 0 ? pieces.Values.Min() - 10 : tokenizer.Model.Pieces[id].Score));

            // Neighbouring unknowns are one id but each cost their penalty, so compare texts without two of them.
            double best = BestScore(text.Replace(' ', '\u2581'), pieces, out bool hasUnknownRun);
            Assert.True(hasUnknownRun || Math.Abs(best - score) < 1e-4, $"round {round}: {score}, best {best}: {text}");
        }
    }

    [Fact]
    public void Encode_PutsOneUnknown_ForCharactersInARow()
    {
        Piece[] pieces = ModelFiles.WithControls(("a", -1), ("b", -2));

        Assert.All([true, false], isUnigram =>
        {
            SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(pieces, isUnigram));
            Assert.Equal([3, 0, 4, 0], tokenizer.Encode("axyzbx"));
            Assert.Equal("a \u2047 b \u2047 ", tokenizer.Decode([3, 0, 4, 0]));
        });
    }

    [Fact]
    public void Encode_TakesUnusedPiecesApart()
    {
        Piece[] pieces =
        [
            .. ModelFiles.WithControls(("a", -9), ("b", -9), ("c", -9)), new Piece("ab", -1, PieceType.Unused),
            new Piece("abc", -2, PieceType.Normal),
        ];

        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(pieces));

        Assert.Equal([7, 3, 4], tokenizer.Encode("abcab"));
    }

    [Theory]
    [InlineData("  a  b ", "_a_b")]
    [InlineData("a", "_a")]
    [InlineData("   ", "")]
    [InlineData("", "")]
    [InlineData("ﬁa", "_fia")]
    [InlineData("a\tb", "_a_b")]
    [InlineData("aé", "_aé")]
    public void Encode_NormalizesAsTheModelSays(string text, string expected)
    {
        byte[] charsmap = ModelFiles.Charsmap(("ﬁ", "fi"), ("\t", " "), ("e\u0301", "é"), ("\0", ""));
        Piece[] pieces = ModelFiles.WithControls([.. "abfié\u2581".Select(letter => (letter.ToString(), -1f))]);
        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(
            pieces, dummyPrefix: true, removeSpaces: true, charsmap: charsmap));

        string spelled = string.Concat(tokenizer.Encode(text).Select(id => tokenizer.Model.Pieces[id].Text));

        Assert.Equal(expected, spelled.Replace('\u2581', '_'));
    }

    [Fact]
    public void Encode_UsesTheLongestRule()
    {
        byte[] charsmap = ModelFiles.Charsmap(("a", "b"), ("aa", "c"));
        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(
            ModelFiles.WithControls(("b", -1), ("c", -1)), charsmap: charsmap));

        Assert.Equal("cb", tokenizer.Decode(tokenizer.Encode("aaa")));
    }

    [Fact]
    public void EncodeWithSpecials_PutsNoSpace_BehindASpecialToken()
    {
        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(
            ModelFiles.WithControls(("a", -1), ("\u2581", -1)), dummyPrefix: true));

        Assert.Equal([1, 3], tokenizer.EncodeWithSpecials("<s>a"));
        Assert.Equal([4, 3], tokenizer.EncodeWithSpecials("a"));
        Assert.Equal("a", tokenizer.Decode([4, 3]));
    }

    [Fact]
    public void Encode_NamesTheByte_WhereTextIsNotUtf8()
    {
        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(ModelFiles.WithControls(("a", -1))));

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => tokenizer.Encode([(byte)'a', 0xC3, 0xA9, 0xFF], new TokenBuffer()));

        Assert.Equal("the text is 4 bytes but byte 3 (0xFF) is not UTF-8", error.Message);
    }

    [Fact]
    public void Encode_IsTheSame_FromManyThreads()
    {
        var random = new CounterRandom(seed: 11);
        Piece[] pieces = RandomPieces(ref random, byteFallback: true);
        SentencePieceTokenizer tokenizer = Load(ModelFiles.SentencePiece(pieces, byteFallback: true));
        string[] texts = [.. Enumerable.Range(0, 200).Select(_ => RandomText(ref random, 60))];
        int[][] expected = Array.ConvertAll(texts, tokenizer.Encode);

        var actual = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => actual[i] = tokenizer.Encode(texts[i]));

        Assert.Equal(expected, actual);
    }

    private static SentencePieceTokenizer Load(byte[] file) =>
        SentencePieceTokenizer.Create(SentencePieceFile.Read(file));

    private static Piece[] RandomPieces(ref CounterRandom random, bool byteFallback)
    {
        var texts = new HashSet<string>();
        for (int i = 0; i < 60; i++)
        {
            texts.Add(RandomText(ref random, 1 + random.NextInt32(5)).Replace(' ', '\u2581'));
        }

        var pieces = new List<Piece>(ModelFiles.WithControls());
        pieces.AddRange(byteFallback ? ModelFiles.BytePieces() : []);
        foreach (string text in texts)
        {
            // Few distinct scores, so that ties happen.
            var type = random.NextInt32(12) == 0 ? PieceType.UserDefined : PieceType.Normal;
            pieces.Add(new Piece(text, -random.NextInt32(8), type));
        }

        return [.. pieces];
    }

    private static string RandomText(ref CounterRandom random, int characters)
    {
        var text = new StringBuilder();
        for (int i = 0; i < characters; i++)
        {
            text.Append(_characters[random.NextInt32(_characters.Length)]);
        }

        return text.ToString().Replace('\u2581', ' ');
    }

    private static double BestScore(string text, Dictionary<string, float> pieces, out bool hasUnknownRun)
    {
        int[] starts = [.. Enumerable.Range(0, text.Length).Where(i => !char.IsLowSurrogate(text[i])), text.Length];
        var best = new double[starts.Length];
        bool anyUnknownRun = false;
        for (int end = 1; end < starts.Length; end++)
        {
            best[end] = double.NegativeInfinity;
            for (int start = 0; start < end; start++)
            {
                string piece = text[starts[start]..starts[end]];
                bool isKnown = pieces.TryGetValue(piece, out float score);
                if (isKnown || start + 1 == end)
                {
                    best[end] = Math.Max(best[end], best[start] + (isKnown ? score : pieces.Values.Min() - 10));
                }
            }

            string last = text[starts[end - 1]..starts[end]];
            anyUnknownRun |= end > 1 && !pieces.ContainsKey(last)
                && !pieces.ContainsKey(text[starts[end - 2]..starts[end - 1]]);
        }

        hasUnknownRun = anyUnknownRun;
        return best[^1];
    }
}
