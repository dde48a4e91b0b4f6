using Puyu.Data.Documentation;

namespace Puyu.Data.Tests.Documentation;

public class MemberNameTests
{
    [Theory]
    [InlineData("T:System.String", "type System.String", "System")]
    [InlineData("T:System.Linq.IGrouping`2", "type System.Linq.IGrouping", "System.Linq")]
    [InlineData("M:System.String.Trim(System.Char)", "method System.String.Trim(Char)", "System")]
    [InlineData("M:System.String.Trim", "method System.String.Trim()", "System")]
    [InlineData("M:System.String.#ctor(System.Char[])", "constructor System.String(Char[])", "System")]
    [InlineData("P:System.String.Chars(System.Int32)", "property System.String.Chars(Int32)", "System")]
    [InlineData("P:System.String.Length", "property System.String.Length", "System")]
    [InlineData("F:System.DayOfWeek.Friday", "field System.DayOfWeek.Friday", "System")]
    [InlineData("E:System.AppDomain.ProcessExit", "event System.AppDomain.ProcessExit", "System")]
    [InlineData("N:System.Text", "namespace System.Text", "")]
    [InlineData("T:Global", "type Global", "")]
    [InlineData("M:System.Int32.P(System.String,System.Int32@)", "method System.Int32.P(String, Int32)", "System")]
    [InlineData(
        "M:System.Linq.Enumerable.Aggregate``2(System.Collections.IEnumerable{``0},``1,System.Func{``1,``0,``1})",
        "method System.Linq.Enumerable.Aggregate(IEnumerable<T0>, T1, Func<T1, T0, T1>)", "System.Linq")]
    [InlineData(
        "M:System.Collections.Generic.List`1.System#Collections#IEnumerable#GetEnumerator",
        "method System.Collections.Generic.List.GetEnumerator()", "System.Collections.Generic")]
    [InlineData(
        "M:System.Decimal.op_Explicit(System.Decimal)~System.Byte",
        "method System.Decimal.op_Explicit(Decimal)", "System")]
    [InlineData(
        "M:System.Span`1.Enumerator.MoveNext", "method System.Span.Enumerator.MoveNext()", "System.Span`1")]
    public void Heading_ReadsLikeCode(string id, string heading, string container)
    {
        var member = new DocumentedMember(id, "It is.", [], "");

        Assert.Equal(heading + "\n", member.Heading);
        Assert.Equal(container, member.Container);
    }

    [Theory]
    [InlineData("T:System.String", "String")]
    [InlineData("T:System.Collections.Generic.Dictionary`2", "Dictionary")]
    [InlineData("M:System.String.Trim(System.Char)", "String.Trim")]
    [InlineData("M:System.String.#ctor(System.Char[])", "String")]
    [InlineData("F:System.DayOfWeek.Friday", "DayOfWeek.Friday")]
    [InlineData("System.Int32", "Int32")]
    [InlineData("N:System.Text", "System.Text")]
    [InlineData("!:Unresolved.Name", "Unresolved.Name")]
    public void Reference_IsTheSimpleName(string cref, string words) => Assert.Equal(words, MemberName.Reference(cref));
}
