using Puyu.Abstractions;
using Puyu.Data.Rules;
using Puyu.Data.Tests.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Text;

public class SegmentationTests
{
    [Fact]
    public void Divide_MatchesReference_OnTextsOfFewWords()
    {
        Assert.All(SampleTexts.Random(300), text => Assert.Equal(TextReference.Words(text), Words(text)));
    }

    [DataTheory]
    [InlineData("war_and_peace_utf8.txt")]
    [InlineData("红楼梦.txt")]
    [InlineData("alice.htm")]
    public void Divide_MatchesReference_OnBooks(string file)
    {
        Assert.All(
            SampleTexts.Pieces(file, 50_000).Take(12), text => Assert.Equal(TextReference.Words(text), Words(text)));
    }

    [Theory]
    [InlineData("Don't pay $3.14, e.g. on 1,000.", "Don't|pay|$|3.14|,|e|.|g|.|on|1,000|.")]
    [InlineData("wait... what?!", "wait|...|what|?|!")]
    [InlineData("snake_case C++", "snake_case|C|++")]
    [InlineData("中国China人民", "中|国|China|人|民")]
    [InlineData("\U00020000字\U0001F600\U0001F600!", "\U00020000|字|\U0001F600\U0001F600|!")]
    [InlineData("a\U00010400b", "a\U00010400b")]
    [InlineData("\U00010400b", "\U00010400b")]
    public void Divide_KeepsWordsWhole(string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', Words(text)));
    }

    [Fact]
    public void Divide_TakesHalfASurrogatePair_ForAMark()
    {
        Assert.Equal(["a", "\uD800", "b", "\uDC00"], Words("a\uD800b\uDC00"));
    }

    [Fact]
    public void Divide_CutsIdeographsInPairs_FromEachMark()
    {
        Assert.Equal("中国|人|，|中国|人民|a|民", string.Join('|', Words("中国人，中国人民a民", IdeographWords.Pairs)));
    }

    [Theory]
    [InlineData("ab1_'.,' !!?")]
    [InlineData("aé\u0301\u2019'.9９ \u00A0\u3000。。")]
    [InlineData("a中カ々\U00020000 '.")]
    [InlineData("a\U00010400\U0001F600\U0001F601! \U00020000.")]
    [InlineData("a\uD83D\uDE00\uDE01 中")]
    public void Divide_MatchesUnitByUnit_AtEveryPlaceOfABlock(string alphabet)
    {
        var random = new CounterRandom((ulong)alphabet.Length);
        var expected = new WordPlaces();
        var actual = new WordPlaces();
        string[] characters = [.. alphabet.EnumerateRunes().Select(rune => rune.ToString())];
        Assert.All(Enumerable.Range(0, 400), length =>
        {
            string text = SampleTexts.Draw(ref random, characters, length % 200);
            foreach (IdeographWords ideographs in Enum.GetValues<IdeographWords>())
            {
                SegmentationReference.Divide(text, ideographs, expected);
                Segmentation.Divide(text, ideographs, actual);

                Assert.Equal(Places(expected), Places(actual));
            }

            Segmentation.DivideAtSpaces(text, actual);
            Assert.Equal(
                TextReference.SpacedWords(text), Places(actual).Select(place => text[place.Start..place.End]));
        });
    }

    [Fact]
    public void KeepLines_LeavesTheWords_ThatTheLinesHaveByThemselves()
    {
        Assert.All(SampleTexts.Random(300), (text, seed) =>
        {
            var editor = new LineEditor(new Document("id", text));
            LineList lines = TextAnalysis.Of(text).Lines;
            _ = TextAnalysis.Of(text).Words;
            for (int line = 0; line < lines.Count; line++)
            {
                if (((line * 7) + seed) % 3 > 0 && !lines.Line(text, line).IsWhiteSpace())
                {
                    editor.Keep(lines.Starts[line], lines.Lengths[line]);
                }
            }

            string kept = editor.Apply().Text;
            string carried = Description(kept);
            _ = TextAnalysis.Of("");

            Assert.Equal(Description(string.Concat(kept, " ")[..^1]), carried);
        });
    }

    [Fact]
    public void Of_KeepsTheAnalysisOfAText_AndForgetsItForAnother()
    {
        string text = new('a', 3);

        WordList words = TextAnalysis.Of(text).Words;
        int count = words.Count;
        TextAnalysis again = TextAnalysis.Of(text);
        TextAnalysis other = TextAnalysis.Of("b b");

        Assert.Same(again, other);
        Assert.Equal(1, count);
        Assert.Equal(2, other.Words.Count);
    }

    [Fact]
    public void Of_DividesAnew_ForOtherIdeographWords()
    {
        const string Text = "中国人民";

        Assert.Equal(4, TextAnalysis.Of(Text).Words.Count);
        Assert.Equal(2, TextAnalysis.Of(Text, IdeographWords.Pairs).Words.Count);
        Assert.Equal(4, TextAnalysis.Of(Text).Words.Count);
    }

    [Fact]
    public void Characters_MatchCountingOneByOne_AtEveryLength()
    {
        const string Text = "Ab1 _\n\t.é中カ９Z";
        Assert.All(Enumerable.Range(0, 200), length =>
        {
            string text = string.Concat(Enumerable.Range(0, length)
                .Select(i => length % 2 == 0 ? Text[i * 7 % 8] : Text[i * 5 % Text.Length]));
            CharacterCounts counts = CharacterCounts.Of(text);

            Assert.Equal(text.Count(char.IsLetter), counts.Letters);
            Assert.Equal(text.Count(char.IsUpper), counts.Uppercase);
            Assert.Equal(text.Count(char.IsDigit), counts.Digits);
            Assert.Equal(text.Count(char.IsWhiteSpace), counts.Spaces);
            Assert.Equal(text.Count(c => c == '\n'), counts.LineFeeds);
            Assert.Equal(text.Count(c => c == '中'), counts.Ideographs);
            Assert.Equal(text.Count(c => c == 'カ'), counts.Kana);
            Assert.Equal(text.Count(c => c > 127), counts.NotAscii);
            Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), counts.Utf8Bytes);
        });
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("...", 0)]
    [InlineData("One. Two! Three?", 3)]
    [InlineData("Dr. Smith met J. Doe, e.g. in the U.S. capital. He left", 2)]
    [InlineData("He said \"Stop.\" Then he left.", 2)]
    [InlineData("It costs 3.14 euros at example.com today.", 1)]
    [InlineData("你好。他说：“走吧！”然后走了……", 3)]
    [InlineData("Wait... what is it?", 1)]
    public void Sentences_EndAtMarks(string text, int expected)
    {
        Assert.Equal(expected, Sentences.Count(text));
    }

    [Theory]
    [InlineData("end.", true)]
    [InlineData("结束。", true)]
    [InlineData("他说“好”", true)]
    [InlineData("समाप्त।", true)]
    [InlineData("انتهى؟", true)]
    [InlineData("\U00011047 brahmi \U00011047", true)]
    [InlineData("menu", false)]
    [InlineData("smile \U0001F600", false)]
    [InlineData("", false)]
    public void TerminalMarks_AreThoseOfAllScripts(string line, bool expected)
    {
        Assert.Equal(expected, TerminalMarks.End(line));
    }

    private static IEnumerable<(int Start, int End)> Places(WordPlaces places)
    {
        (int[] starts, int[] ends, int count) = places.Swap(new int[256], new int[256]);
        return [.. starts.Take(count).Zip(ends)];
    }

    private static string Description(string text)
    {
        WordList words = TextAnalysis.Of(text).Words;
        IEnumerable<string> all = Enumerable.Range(0, words.Count).Select(i =>
            $"{words.Starts[i]}+{words.Length(i)}:{words.Ids[i]} after {words.CharactersBefore[i]}");
        IEnumerable<string> spellings = Enumerable.Range(0, words.Spellings).Select(id =>
            $"{words.Spelling(id, text)} {words.Firsts[id]} {words.Occurrences[id]} {words.IsMark[id]}");
        return string.Join('\n', all.Concat(spellings))
            + $"\n{words.CountWithoutMarks} {words.CharactersWithoutMarks} {words.CharactersBefore[^1]}";
    }

    private static List<string> Words(string text, IdeographWords ideographs = IdeographWords.Characters)
    {
        // Another text between, so that the words are found and not remembered.
        _ = TextAnalysis.Of("").Words;
        WordList words = TextAnalysis.Of(text, ideographs).Words;
        return [.. Enumerable.Range(0, words.Count).Select(i => text.Substring(words.Starts[i], words.Length(i)))];
    }
}
