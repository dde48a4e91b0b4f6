using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Training;

public class BpeTrainerTests
{
    private static readonly ReadOnlyMemory<byte> _text = Encoding.UTF8.GetBytes(string.Join(
        '\n', Enumerable.Range(0, 400).Select(i => $"the cat number {i} sat on the mat; 猫坐在垫子上 {i * i}.")));

    [DataTheory]
    [InlineData("tinyshakespeare.txt", SplitPattern.Gpt2)]
    [InlineData("红楼梦.txt", SplitPattern.Cl100k)]
    public void Train_MatchesReference_OnRealText(string file, SplitPattern pattern)
    {
        const int VocabSize = 1_000;
        byte[] text = File.ReadAllBytes(TestData.File("corpora", file))[..40_000];
        text = text[..text.AsSpan().LastIndexOf((byte)'\n')];
        List<(List<int> Symbols, long Weight)> words = [.. WordCounter.Count([text], pattern, 1).Words()
            .Select(word => (word.Word.ToArray().Select(value => (int)value).ToList(), word.Count))];
        var options = new BpeTrainingOptions { VocabSize = VocabSize, SplitPattern = pattern };

        List<byte[]> expected = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })];
        foreach ((int left, int right) in
            MergeLearnerReference.Learn(words, 256, new MergeLimits(2, 9999), VocabSize - 256))
        {
            expected.Add([.. expected[left], .. expected[right]]);
        }

        Assert.Equal(expected.Select(Convert.ToHexString), Tokens(BpeTrainer.Train([text], options)));
    }

    [DataFact]
    public void Train_GivesTheSame_WithAnyNumberOfThreads()
    {
        string file = TestData.File("corpora", "war_and_peace_utf8.txt");
        byte[] text = File.ReadAllBytes(file);
        var options = new BpeTrainingOptions { VocabSize = 3_000, Threads = 1 };

        string[] expected = Tokens(BpeTrainer.Train([text], options));

        Assert.Equal(3_000, expected.Distinct().Count());
        Assert.All([2, 3, 8], threads =>
            Assert.Equal(expected, Tokens(BpeTrainer.Train([text], options with { Threads = threads }))));
        Assert.Equal(expected, Tokens(BpeTrainer.TrainOnFile(file, options)));
    }

    [Fact]
    public void Train_EncodesItsOwnTextAsItSegmentedIt()
    {
        var options = new BpeTrainingOptions { VocabSize = 400, SplitPattern = SplitPattern.O200k };
        ByteLevelBpeTokenizer tokenizer = BpeTrainer.Train([_text], options);
        List<(List<int> Symbols, long Weight)> words = [.. WordCounter.Count([_text], options.SplitPattern, 1).Words()
            .Select(word => (word.Word.ToArray().Select(value => (int)value).ToList(), word.Count))];
        MergeCorpus corpus = MergeLearnerTests.ToCorpus(words);

        new MergeLearner(corpus, 256, new MergeLimits(2, int.MaxValue)).Learn(400 - 256, null);

        Assert.Equal(TokenCount(corpus, tokenizer), tokenizer.Encode(Encoding.UTF8.GetString(_text.Span)).Length);
    }

    [Fact]
    public void Train_PutsSpecialTokensLast_AndNeverReadsThemFromText()
    {
        var options = new BpeTrainingOptions
        {
            VocabSize = 300,
            SpecialTokens = ["<s>", "</s>", "<pad>"],
            BosToken = "<s>",
            EosToken = "</s>",
            PadToken = "<pad>",
        };

        ByteLevelBpeTokenizer tokenizer = BpeTrainer.Train([_text], options);

        Assert.Equal(300, tokenizer.VocabSize);
        Assert.Equal((297, 298, 299), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.Equal(297, tokenizer.SpecialTokens["<s>"]);
        Assert.DoesNotContain(tokenizer.Encode("<s></s>"), id => id >= 297);
    }

    [Fact]
    public void Train_StopsAtMaxTokenBytes()
    {
        var options = new BpeTrainingOptions { VocabSize = 330, MaxTokenBytes = 3 };

        Assert.Equal(6, Tokens(BpeTrainer.Train([_text], options)).Max(token => token.Length));
    }

    [Fact]
    public void Train_ReportsEveryMergeInTheEnd()
    {
        var reports = new List<TrainingProgress>();

        BpeTrainer.Train([_text], new BpeTrainingOptions { VocabSize = 400 }, new Recorder(reports));

        Assert.Equal(new TrainingProgress(144, 144), reports[^1]);
        Assert.Equal(reports.OrderBy(report => report.Merges), reports);
        Assert.Equal(3, reports.Count);
    }

    [Fact]
    public void Train_NamesTheSizeThatTheTextAllows()
    {
        var options = new BpeTrainingOptions { VocabSize = 10_000 };

        OptionsException error = Assert.Throws<OptionsException>(
            () => BpeTrainer.Train(["aaaa bbbb aaaa"u8.ToArray()], options));

        Assert.Contains(
            "VocabSize is 10000 but this text has pairs for 259 only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_NamesWhatIsWrongWithTheText()
    {
        var options = new BpeTrainingOptions { VocabSize = 300, Threads = 2 };

        Assert.Contains("0 bytes", Assert.Throws<ArgumentException>(() => BpeTrainer.Train([], options)).Message,
            StringComparison.Ordinal);
        Assert.Contains("document 1 is not UTF-8", Assert.Throws<ArgumentException>(
            () => BpeTrainer.Train([_text, new byte[] { 0xC3 }], options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new BpeTrainingOptions
        {
            VocabSize = 257,
            SplitPattern = (SplitPattern)99,
            MinFrequency = 0,
            MaxTokenBytes = 1,
            Threads = 0,
            SpecialTokens = ["a", "a", ""],
            BosToken = "<s>",
        };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            [
                "VocabSize is 257 but must be at least 259", "SplitPattern is 99", "MinFrequency is 0",
                "MaxTokenBytes is 1", "Threads is 0", "empty literal", "must all be different",
                "BosToken is <s> but must be one of",
            ],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static string[] Tokens(ByteLevelBpeTokenizer tokenizer) =>
        [.. Enumerable.Range(0, tokenizer.VocabSize).Select(id => Convert.ToHexString(tokenizer.TokenBytes(id)))];

    private static long TokenCount(MergeCorpus corpus, ByteLevelBpeTokenizer tokenizer)
    {
        long count = 0;
        for (int at = 0; at < corpus.Symbols.Length;)
        {
            int symbol = corpus.Symbols[at];
            count += symbol < 0 ? 0 : corpus.Weights[corpus.Words[at]];
            at += symbol < 0 ? 1 : tokenizer.TokenBytes(symbol).Length;
        }

        return count;
    }

    private sealed class Recorder(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
