using Puyu.Data.Classifiers;

namespace Puyu.Data.Tests.Classifiers;

public class LabeledFileTests
{
    [Theory]
    [InlineData("a.csv", "id,label,text\n1,yes,\"a, \"\"b\"\"\nc\"\r\n2,no,d\n")]
    [InlineData("a.jsonl", "{\"text\":\"a, \\\"b\\\"\\nc\",\"label\":\"yes\"}\n\n{\"label\":\"no\",\"text\":\"d\"}\n")]
    public void Read_TakesTextAndLabel(string name, string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);

        IReadOnlyList<LabeledText> texts =
            LabeledFile.Read(folder.File(name), new LabeledFileOptions { Positive = ["yes"] });

        Assert.Equal([new LabeledText("a, \"b\"\nc", true), new LabeledText("d", false)], texts);
    }

    [Fact]
    public void Read_CountsColumns_WhereTheyHaveNoNames()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.tsv"), "spam\tbuy \"now\nham\thello\n");

        IReadOnlyList<LabeledText> texts = LabeledFile.Read(
            folder.File("a.tsv"), new LabeledFileOptions { Text = "2", Label = "1", Positive = ["spam"] });

        Assert.Equal([new LabeledText("buy \"now", true), new LabeledText("hello", false)], texts);
    }

    [Theory]
    [InlineData("a.csv", "id,text\n1,a\n", "lacks a column label (it has id, text)")]
    [InlineData("a.csv", "label,text\n1\n", "record 2 has 1 fields")]
    [InlineData("a.jsonl", "{\"text\":\"a\"}\n", "(1): the line must be an object with \"text\" and \"label\"")]
    [InlineData("a.jsonl", "{\n", "(1): not JSON")]
    [InlineData("a.xml", "<a/>", "ends in .XML but labelled texts are read from")]
    public void Read_SaysWhatIsWrong(string name, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);

        var problem = Assert.Throws<InvalidDataException>(
            () => LabeledFile.Read(folder.File(name), new LabeledFileOptions()));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }
}
