using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Tests.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Training;

public class SentencePieceTrainerTests
{
    private static readonly SentencePieceTrainingOptions _options = new()
    {
        VocabSize = 400,
        SpecialTokens = ["<pad>", "<|im_start|>"],
        PadToken = "<pad>",
    };

    [Fact]
    public void Train_LaysOutRolesBytesMergesCharactersAndSpecials()
    {
        SentencePieceTokenizer tokenizer = Train(_options);
        IReadOnlyList<Piece> pieces = tokenizer.Model.Pieces;

        Assert.Equal(400, tokenizer.VocabSize);
        Assert.Equal(new SpecialIds(Bos: 1, Eos: 2, Pad: 398, Unknown: 0), tokenizer.Ids);
        Assert.Equal(399, tokenizer.SpecialTokens["<|im_start|>"]);
        Assert.Equal("<0x00>", pieces[3].Text);
        Assert.True(pieces[259].Text.EnumerateRunes().Count() == 2 && pieces[259].Score == 0, pieces[259].Text);
        Assert.Contains(pieces, piece => piece.Text == "\u2581猫坐在垫子上");
        Assert.Single(pieces[397].Text.EnumerateRunes());
    }

    [Fact]
    public void Train_MergesAsTheReferenceDoes()
    {
        WordTable words = WordCounter.Count([Text], SplitPattern.Cl100k, 1);
        var all = CharacterSet.Of(words, 1);
        List<(List<int> Symbols, long Weight)> symbols =
            [.. words.Words().Select(word => (Numbers(word.Word), word.Count))];
        SentencePieceTokenizer tokenizer = Train(_options with { CharacterCoverage = 1 });
        int count = 400 - 259 - 2 - all.CodePoints.Count;

        var texts = all.CodePoints.Select(char.ConvertFromUtf32).ToList();
        foreach ((int left, int right) in
            MergeLearnerReference.Learn(symbols, texts.Count, new MergeLimits(2, 16), count))
        {
            texts.Add(texts[left] + texts[right]);
        }

        Assert.Equal(
            texts.Skip(all.CodePoints.Count),
            Enumerable.Range(259, count).Select(id => tokenizer.Decode([id])));

        List<int> Numbers(ReadOnlyMemory<byte> word)
        {
            var numbers = new List<int>();
            for (int at = 0, length; at < word.Length; at += length)
            {
                numbers.Add(all.NumberAt(word.Span, at, out length));
            }

            return numbers;
        }
    }

    [Fact]
    public void Train_SpellsRareCharactersInBytes_AndGivesTheTextBack()
    {
        SentencePieceTokenizer full = Train(_options with { CharacterCoverage = 1 });
        SentencePieceTokenizer partial = Train(_options with { CharacterCoverage = 0.9, VocabSize = 350 });

        Assert.Single(full.Encode("🦙"));
        Assert.Equal([3 + 0xF0, 3 + 0x9F, 3 + 0xA6, 3 + 0x99], partial.Encode("🦙"));
        Assert.All(SmallVocabulary.Texts, text =>
            Assert.Equal(text.Replace('\u2581', ' '), partial.Decode(partial.Encode(text))));
    }

    [Fact]
    public void Train_GivesTheSame_WithAnyNumberOfThreads() => Assert.Equal(
        Train(_options with { Threads = 1 }).Model.Pieces, Train(_options with { Threads = 4 }).Model.Pieces);

    [Fact]
    public void Train_NeverMakesASpecialToken_OfText()
    {
        SentencePieceTokenizer tokenizer = Train(_options);

        Assert.All(tokenizer.Encode("<pad><|im_start|><s></s><unk>"), id => Assert.InRange(id, 3, 397));
        Assert.Equal([1, 398], tokenizer.EncodeWithSpecials("<s><pad>"));
    }

    [Fact]
    public void Train_LimitsPieces()
    {
        SentencePieceTokenizer tokenizer = Train(_options with { MaxPieceCharacters = 2, VocabSize = 340 });

        Assert.Equal(2, tokenizer.Model.Pieces.Where(piece => piece.Type == PieceType.Normal).Max(
            piece => piece.Text.EnumerateRunes().Count()));
    }

    [Fact]
    public void Train_NamesWhatDoesNotFit()
    {
        Assert.Contains("VocabSize is 9000 but this text has pairs for", Error(_options with { VocabSize = 9000 }),
            StringComparison.Ordinal);
        Assert.Contains("VocabSize is 262 but", Error(_options with { VocabSize = 262 }), StringComparison.Ordinal);
        string learned = Train(_options).Model.Pieces[259].Text;
        Assert.Contains($"'{learned}' is a piece of another kind",
            Error(_options with { SpecialTokens = [learned], PadToken = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new SentencePieceTrainingOptions
        {
            VocabSize = 259,
            SplitPattern = (SplitPattern)99,
            CharacterCoverage = 0,
            MinFrequency = 0,
            MaxPieceCharacters = 1,
            Threads = 0,
            SpecialTokens = ["a", "a"],
            PadToken = "<pad>",
        };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            [
                "VocabSize is 259 but must be above 261", "SplitPattern is 99", "CharacterCoverage is 0",
                "MinFrequency is 0", "MaxPieceCharacters is 1", "Threads is 0", "must all be different",
                "PadToken is <pad>",
            ],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static ReadOnlyMemory<byte> Text { get; } = Encoding.UTF8.GetBytes(SmallVocabulary.TrainingText);

    private static SentencePieceTokenizer Train(SentencePieceTrainingOptions options) =>
        SentencePieceTrainer.Train([Text], options);

    private static string Error(SentencePieceTrainingOptions options) =>
        Assert.Throws<OptionsException>(() => Train(options)).Message;
}
