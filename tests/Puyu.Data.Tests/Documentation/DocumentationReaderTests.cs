using System.Text;
using Puyu.Data.Documentation;
using Puyu.Data.Formats;
using Puyu.Data.Tests.Formats;

namespace Puyu.Data.Tests.Documentation;

public sealed class DocumentationReaderTests : IDisposable
{
    private static readonly DocumentationReader _reader = new(new RecordOptions());

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GivesEveryMember_WithoutTextWhereNothingIsSaid()
    {
        Reading read = Read(
            """
            <member name="M:A.B.Add(System.Int32)">
              <summary>
                Adds  a <see cref="T:System.Int32" />.
              </summary>
              <param name="empty" />
              <param name="n">The <paramref name="n" /> itself.</param>
              <typeparam name="T">Left out.</typeparam>
              <exception cref="T:System.Exception">Left out <see cref="T:X" />.</exception>
              <returns><see langword="true" /> if added; otherwise, <see langword="false" />.</returns>
            </member>
            <member name="M:A.B.C"><inheritdoc /></member>
            <member name="M:A.B.D" />
            <member name="P:A.B.E"><summary>An E.</summary><value>Its value.</value></member>
            """);

        Assert.Empty(read.Bad);
        Assert.Equal(
            [
                "M:A.B.Add(System.Int32)|Adds a Int32.\n- n: The n itself.\nReturns: true if added; otherwise, false."
                    + "|f@0|assembly=Lib|heading=method A.B.Add(Int32)|kind=method|name=A.B.Add",
                "M:A.B.C||f@0#1|assembly=Lib|heading=method A.B.C()|kind=method|name=A.B.C",
                "M:A.B.D||f@0#2|assembly=Lib|heading=method A.B.D()|kind=method|name=A.B.D",
                "P:A.B.E|An E.\nReturns: Its value.|f@0#3|assembly=Lib|heading=property A.B.E|kind=property|name=A.B.E",
            ],
            read.Documents.Select(Reading.Describe));
    }

    [Theory]
    [InlineData("a <c>b</c> d", "a b d")]
    [InlineData("<para>One.</para><para>Two.</para>", "One. Two.")]
    [InlineData("One.<br/>Two.", "One. Two.")]
    [InlineData("See <see href=\"http://x/\">the page</see>.", "See the page.")]
    [InlineData("See <see href=\"http://x/\" />.", "See http://x/.")]
    [InlineData("a <see cref=\"T:System.String\">string</see> b", "a String b")]
    [InlineData("a <xref uid=\"System.IO.Stream\"></xref> b", "a Stream b")]
    [InlineData("<typeparamref name=\"T\"/>&lt;<![CDATA[ <x> ]]>", "T< <x>")]
    [InlineData(
        "Is: <list type=\"table\"><listheader><term> Value</term><description> Meaning</description></listheader>"
        + "<item><term>0</term><description>Off.</description></item>"
        + "<item><description>Else.</description></item></list>",
        "Is: Value: Meaning; 0: Off.; Else.")]
    public void Read_TurnsMarkupIntoWords(string markup, string text) => Assert.Equal(
        [text], Read($"<member name=\"T:A\"><summary>{markup}</summary></member>").Texts);

    [Theory]
    [InlineData("<doc><members>\n  <member name=\"T:A\"><summary>x</member>", "(2,", 0)]
    [InlineData("<doc><member name=\"T:A\"/>\n<member name=\"T:B\"/></dock>", "(2,", 2)]
    [InlineData("<other/>", "(1,2): the root element is <other> but must be <doc>", 0)]
    [InlineData("<doc>\n<member name=\"A\"/><member name=\"T:A\"/></doc>", "(2,2): a member is named \"A\"", 1)]
    [InlineData("<doc><members><member/></members></doc>", "(1,16): a member is named \"\"", 0)]
    [InlineData("<!DOCTYPE doc [<!ENTITY a \"b\">]><doc>&a;</doc>", "(0,0): not well-formed XML", 0)]
    public void Read_QuarantinesWhatIsMalformed_AndKeepsTheRest(string xml, string place, int documents)
    {
        Reading read = Of(Encoding.UTF8.GetBytes(xml));

        Assert.StartsWith(place, Assert.Single(read.Bad).Reason, StringComparison.Ordinal);
        Assert.Equal(documents, read.Documents.Count);
    }

    [Fact]
    public void Read_OpensGzip_AndQuarantinesWhatIsCut()
    {
        string xml = $"<doc><members>{string.Concat(Enumerable.Range(0, 500).Select(Member))}</members></doc>";
        byte[] packed = Archives.Gzip(xml);

        Assert.Equal(500, Of(packed).Documents.Count);
        Reading cut = Of(packed[..(packed.Length / 2)]);
        Assert.InRange(cut.Documents.Count, 1, 499);
        Assert.Single(cut.Bad);

        static string Member(int i) => $"<member name=\"T:A{i}\"><summary>{i * 7919} is {i}.</summary></member>";
    }

    [Fact]
    public void Read_QuarantinesAFileThatIsTooLong() => Assert.Contains(
        "raise maxRecordBytes",
        Assert.Single(Reading.Of(
            new DocumentationReader(new RecordOptions { MaxRecordBytes = 1024 }),
            Write(Encoding.UTF8.GetBytes($"<doc>{new string(' ', 2000)}</doc>"))).Bad).Reason,
        StringComparison.Ordinal);

    [Fact]
    public void Read_SaysWhichPackAFileIsOf()
    {
        string path = _folder.File("packs", "Some.Ref", "10.0.1", "ref", "net10.0", "a.xml");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "<doc><member name=\"T:A\"/></doc>");

        Document document = Assert.Single(_reader.Split(path, path.Replace('\\', '/'), 1 << 20)
            .SelectMany(part => _reader.Read(part, new Data.Pipeline.Quarantine())));

        Assert.Equal("Some.Ref", document.Metadata["pack"]);
        Assert.DoesNotContain("assembly", document.Metadata.Keys);
    }

    private Reading Read(string members) => Of(Encoding.UTF8.GetBytes(
        $"<?xml version=\"1.0\"?><doc><assembly><name>Lib</name></assembly><members>{members}</members></doc>"));

    private Reading Of(byte[] bytes) => Reading.Of(_reader, Write(bytes));

    private string Write(byte[] bytes)
    {
        string path = _folder.File("a.xml");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
