using Puyu.Data.Documentation;

namespace Puyu.Data.Tests.Documentation;

public sealed class DocumentationReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GivesTheMembersThatHaveASummary()
    {
        List<DocumentedMember> members = Read(
            """
            <member name="M:A.B.Add(System.Int32)">
              <summary>
                Adds  a <see cref="T:System.Int32" />.
              </summary>
              <param name="n">The <paramref name="n" /> itself.</param>
              <param name="empty"></param>
              <typeparam name="T">Left out.</typeparam>
              <exception cref="T:System.Exception">Left out <see cref="T:X" />.</exception>
              <returns><see langword="true" /> if added; otherwise, <see langword="false" />.</returns>
            </member>
            <member name="M:A.B.C"><inheritdoc /></member>
            <member name="M:A.B.D" />
            <member name="P:A.B.E"><summary>An E.</summary><value>Its value.</value></member>
            """,
            out int read);

        Assert.Equal(4, read);
        Assert.Equal(["M:A.B.Add(System.Int32)", "P:A.B.E"], members.Select(member => member.Id));
        Assert.Equal(
            "method A.B.Add(Int32)\nAdds a Int32.\n- n: The n itself.\nReturns: true if added; otherwise, false.\n",
            members[0].ToDocument().Text);
        Assert.Equal("Its value.", members[1].Returns);
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
    public void Read_TurnsMarkupIntoWords(string markup, string text)
    {
        List<DocumentedMember> members = Read($"<member name=\"T:A\"><summary>{markup}</summary></member>", out _);

        Assert.Equal(text, Assert.Single(members).Summary);
    }

    [Theory]
    [InlineData("<doc><members>\n  <member name=\"T:A\"><summary>x</member>", "(2,")]
    [InlineData("<other/>", "(1,2): the root element is <other> but must be <doc>")]
    [InlineData("<doc>\n<members><member name=\"A\"/></members></doc>", "(2,11): a member is named \"A\"")]
    [InlineData("<doc><members><member/></members></doc>", "(1,16): a member is named \"\"")]
    [InlineData("<!DOCTYPE doc [<!ENTITY a \"b\">]><doc>&a;</doc>", "(0,0)")]
    [InlineData("", "(0,0)")]
    public void Read_SaysWhereTheFileIsMalformed(string xml, string place)
    {
        string path = _folder.File("a.xml");
        File.WriteAllText(path, xml);

        var problem = Assert.Throws<InvalidDataException>(() => DocumentationReader.Read(path, out _));

        Assert.StartsWith(path + place, problem.Message, StringComparison.Ordinal);
    }

    private List<DocumentedMember> Read(string members, out int read)
    {
        string path = _folder.File("a.xml");
        File.WriteAllText(path, $"<?xml version=\"1.0\"?><doc><members>{members}</members></doc>");
        return DocumentationReader.Read(path, out read);
    }
}
