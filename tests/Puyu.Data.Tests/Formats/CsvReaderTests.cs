using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

public sealed class CsvReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_FollowsRfc4180()
    {
        Reading read = Reading.Of(Csv(), Write("\uFEFFid,text,\"no, te\"\r\n1,\"a \"\"b\"\"\r\nc\",\r\n\r\n,plain,\"x,y\"\n"));

        Assert.Equal(["a \"b\"\r\nc", "plain"], read.Texts);
        Assert.Equal("1", read.Documents[0].Id);
        Assert.Equal(32, read.Documents[1].Id.Length);
        Assert.Equal(["", "x,y"], read.Documents.Select(document => document.Metadata["no, te"]));
        Assert.Empty(read.Bad);
    }

    [Fact]
    public void Read_OfTsv_KnowsNoQuotes()
    {
        Reading read = Reading.Of(new CsvReader(isTabbed: true, new FieldOptions { Text = "t" }), Write("t\tu\n5\" disk\t\"x\n"));

        Assert.Equal(["5\" disk"], read.Texts);
        Assert.Equal("\"x", read.Documents[0].Metadata["u"]);
    }

    [Theory]
    [InlineData("1,2,3", "the record has 3 fields but the header 2")]
    [InlineData("1", "the record has 1 fields but the header 2")]
    [InlineData("1,a\"b\"", "a field without quotes around it has a quote in it")]
    [InlineData("1,\"a\"b", "neither comma nor newline")]
    public void Read_QuarantinesABadRecord_AndGoesOn(string record, string reason)
    {
        Reading read = Reading.Of(Csv(), Write($"id,text\n0,x\n{record}\n2,y\n"));

        Assert.Equal(["x", "y"], read.Texts);
        Assert.Equal(12, Assert.Single(read.Bad).Offset);
        Assert.Contains(reason, read.Bad[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SaysWhichColumnIsMissing()
    {
        Reading read = Reading.Of(Csv(), Write("id,body\n1,x\n"), partBytes: 5);

        Assert.Contains("the columns id, body but none is 'text'", Assert.Single(read.Bad).Reason, StringComparison.Ordinal);
        Assert.Contains("not closed", Assert.Single(Reading.Of(Csv(), Write("text\na\n\"b\nc")).Bad).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_GivesTheSameRecords_ForEveryPartSize()
    {
        var random = new CounterRandom(4);
        var table = new StringBuilder("id,text,more\n");
        for (int i = 0; i < 300; i++)
        {
            string words = Archives.Words(ref random, random.NextInt32(40));
            table.Append(i).Append(",\"").Append(words.Replace("of", "\"\"of\"\"", StringComparison.Ordinal)).Append("\",x\r\n");
        }

        string path = Write(table.ToString());
        Reading whole = Reading.Of(Csv(), path);

        Assert.Equal(300, whole.Documents.Count);
        foreach (long partBytes in (long[])[1, 13, 200, 3000, 20_000])
        {
            Reading read = Reading.Of(Csv(), path, partBytes);
            Assert.Equal(whole.Everything, read.Everything);
            Assert.True(read.Parts.Count > 1);
        }
    }

    private static CsvReader Csv() => new(isTabbed: false, new FieldOptions { MaxRecordBytes = 1 << 20 });

    private string Write(string table)
    {
        string path = _folder.File("a.csv");
        File.WriteAllText(path, table, new UTF8Encoding(false));
        return path;
    }
}
