using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Training;

namespace Puyu.Tokenizers.Tests.Training;

public class TextBatchesTests
{
    public static TheoryData<SplitPattern> Patterns => [.. Enum.GetValues<SplitPattern>()];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Cut_NeverDividesAPretoken(SplitPattern pattern)
    {
        byte[] text = RandomText(60_000);
        var whole = new WordTable();
        for (int at = 0; at < text.Length;)
        {
            int next = PretokenScanner.Next(text, at, pattern);
            whole.Add(text.AsSpan(at..next), 1);
            at = next;
        }

        Assert.All([1, 7, 100], batchBytes =>
        {
            List<List<TextStretch>> batches = [.. TextBatches.Cut([text], batchBytes)];
            var cut = new WordTable();
            foreach (TextStretch stretch in batches.SelectMany(batch => batch))
            {
                for (int at = stretch.First; at < stretch.End;)
                {
                    int next = PretokenScanner.Next(text, at, pattern);
                    Assert.True(next <= stretch.End, $"pretoken {at}..{next} crosses {stretch.End}");
                    cut.Add(text.AsSpan(at..next), 1);
                    at = next;
                }
            }

            Assert.True(batches.Count > 100);
            Assert.Equal(Sorted(whole), Sorted(cut));
        });
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void ReadFile_InBlocks_CountsAsOneDocument(SplitPattern pattern)
    {
        using var folder = new TemporaryFolder();
        byte[] text = RandomText(30_000);
        File.WriteAllBytes(folder.File("text"), text);

        List<ReadOnlyMemory<byte>> blocks = [.. TextFileReader.Read(folder.File("text"), blockBytes: 500)];

        Assert.True(blocks.Count > 30);
        Assert.Equal(text, blocks.SelectMany(block => block.ToArray()));
        Assert.Equal(Sorted(WordCounter.Count([text], pattern, 1)), Sorted(WordCounter.Count(blocks, pattern, 2)));
    }

    internal static List<(string Word, long Count)> Sorted(WordTable words) =>
        [.. words.Words().Select(word => (Convert.ToHexString(word.Word.Span), word.Count)).Order()];

    /// <summary>
    /// All that patterns look at: letters of several kinds, digits, marks, white space, contractions.
    /// </summary>
    private static byte[] RandomText(int characters)
    {
        string[] parts =
        [
            "a", "B", "word", "don't", "'s", "'LL", "é", "中", "文字", "丁", "　", "1", "234", "٣", " ", " ", "  ", "\n",
            "\n\n", "\r\n", "\t", ".", "...", "/", "\"", "😀", "\u0301", "_", "ß", "ſ",
        ];
        var random = new CounterRandom(3);
        var text = new StringBuilder();
        while (text.Length < characters)
        {
            text.Append(parts[random.NextInt32(parts.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
