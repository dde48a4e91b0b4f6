using Puyu.Data.Documentation;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Documentation;

public class DocumentedMemberTests
{
    private static readonly DocumentedMember _member = new(
        "M:A.B.Add(System.Int32)", "- Adds: n.",
        [new DocumentedParameter("n", "What is: added."), new DocumentedParameter("m", "More.")], "The sum.");

    [Fact]
    public void Of_ReadsBackWhatWasWritten_WithAndWithoutHeading()
    {
        Document read = _member.ToDocument();
        Document headed =
            new HeadingStage(new HeadingOptions { From = "heading" }).Apply(read, []).Document;

        Assert.Equal(_member.Heading + read.Text, headed.Text);
        AssertSame(_member, DocumentedMember.Of(read)!);
        AssertSame(_member, DocumentedMember.Of(headed)!);
        AssertSame(_member, DocumentedMember.Of(headed with { Text = headed.Text + "\n" })!);
    }

    [Fact]
    public void Of_IsTheMemberOfTheText_AsStagesLeftIt()
    {
        Document document = _member.ToDocument();
        document = document with { Text = document.Text.Replace("- m: More.\n", "", StringComparison.Ordinal) };

        Assert.Equal(["n"], DocumentedMember.Of(document)!.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void Of_IsNull_ForOtherDocuments()
    {
        Document document = _member.ToDocument();

        Assert.Null(DocumentedMember.Of(document with { Id = "notes.txt" }));
        Assert.Null(DocumentedMember.Of(document with { Metadata = Document.NoMetadata }));
    }

    [Fact]
    public void ToDocument_HasNoText_WithoutASummary() =>
        Assert.Equal("", (_member with { Summary = "" }).ToDocument().Text);

    private static void AssertSame(DocumentedMember expected, DocumentedMember read)
    {
        Assert.Equal(expected.Parameters, read.Parameters);
        Assert.Equal(expected, read with { Parameters = expected.Parameters });
    }
}
