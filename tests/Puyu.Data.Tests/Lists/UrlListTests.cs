using Puyu.Abstractions;
using Puyu.Data.Lists;

namespace Puyu.Data.Tests.Lists;

public sealed class UrlListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("https://bad.example/page", 1, 0, 0, 0, 0, 0, "bad.example")]
    [InlineData("http://user:pw@A.B.Bad.Example.:8080/", 1, 0, 0, 0, 0, 0, "bad.example")]
    [InlineData("https://notbad.example/", 0, 0, 0, 0, 0, 0, null)]
    [InlineData("https://www.host.example/", 0, 1, 0, 0, 0, 0, "www.host.example")]
    [InlineData("https://sub.www.host.example/", 0, 0, 0, 0, 0, 0, null)]
    [InlineData("http://fine.example/a/b?c=1#part", 0, 0, 1, 0, 0, 0, "http://fine.example/a/b?c=1#part")]
    [InlineData("http://fine.example/a/b", 0, 0, 0, 0, 0, 0, null)]
    [InlineData("http://x.example/Casino-games", 0, 0, 0, 1, 0, 0, "Casino")]
    [InlineData("http://x.example/casinos", 0, 0, 0, 0, 0, 0, null)]
    [InlineData("http://hot.example/hot/hot", 0, 0, 0, 0, 1, 0, "hot")]
    [InlineData("http://hot.example/cheap", 0, 0, 0, 0, 2, 0, "hot")]
    [InlineData("http://x.example/free-Pills", 0, 0, 0, 0, 0, 1, "freepills")]
    [InlineData("http://bücher.example/", 1, 0, 0, 0, 0, 0, "xn--bcher-kva.example")]
    [InlineData("http://shop.xn--bcher-kva.example/", 1, 0, 0, 0, 0, 0, "xn--bcher-kva.example")]
    [InlineData("http://www.例子.测试/", 1, 0, 0, 0, 0, 0, "xn--fsqu00a.xn--0zwm56d")]
    [InlineData("", 0, 0, 0, 0, 0, 0, null)]
    public void Find_LooksAtDomainsHostPageAndWords(
        string url, int domains, int hosts, int urls, int words, int softWords, int subwords, string? first)
    {
        using UrlList list = Build();

        Assert.Equal(new UrlFindings(domains, hosts, urls, words, softWords, subwords, first), list.Find(url));
    }

    [Fact]
    public void Find_FindsAllThatWasAdded_AndNothingElse()
    {
        const int Count = 100_000;
        var builder = new UrlListBuilder();
        for (int i = 0; i < Count; i++)
        {
            builder.Add(UrlEntryKind.Domain, $"d{i}.example");
        }

        builder.Save(_folder.File("list"));
        using var list = new UrlList(_folder.File("list"));

        Assert.Equal(Count, list.Count(UrlEntryKind.Domain));
        Assert.Equal(Count, Enumerable.Range(0, Count).Sum(i => list.Find($"http://d{i}.example/").Domains));
        Assert.Equal(0, Enumerable.Range(Count, Count).Sum(i => list.Find($"http://d{i}.example/").Domains));
    }

    [Fact]
    public void Save_WritesTheSameBytes_WhateverTheOrder()
    {
        string[] entries = [.. Enumerable.Range(0, 1000).Select(i => $"d{i}.example")];
        var builder = new UrlListBuilder();
        Array.ForEach(entries, entry => builder.Add(UrlEntryKind.Host, entry));
        builder.Save(_folder.File("a"));
        new CounterRandom(1).Shuffle<string>(entries);
        builder = new UrlListBuilder();
        Array.ForEach([.. entries, .. entries], entry => builder.Add(UrlEntryKind.Host, entry));
        builder.Save(_folder.File("b"));

        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    [Fact]
    public void AddFile_UnderstandsHostsFilesAndFilterLists()
    {
        File.WriteAllText(
            _folder.File("text"), "# comment\n\n0.0.0.0 one.example # why\n||two.example^$third-party\nthree.example\n");
        var builder = new UrlListBuilder();
        builder.AddFile(UrlEntryKind.Domain, _folder.File("text"));
        builder.Save(_folder.File("list"));
        using var list = new UrlList(_folder.File("list"));

        Assert.Equal(3, list.Count(UrlEntryKind.Domain));
        Assert.All(["one", "two", "three"], name => Assert.Equal(1, list.Find($"a.{name}.example").Domains));
    }

    [Fact]
    public void Open_RefusesAFileThatIsCutOrOfAnotherKind()
    {
        Build().Dispose();
        byte[] good = File.ReadAllBytes(_folder.File("list"));
        File.WriteAllBytes(_folder.File("cut"), good[..^1]);
        File.WriteAllText(_folder.File("other"), new string('x', 200));
        byte[] changed = [.. good];
        changed[9] ^= 1;
        File.WriteAllBytes(_folder.File("changed"), changed);

        Assert.Contains("its header says", Problem("cut"), StringComparison.Ordinal);
        Assert.Contains("another kind of file", Problem("other"), StringComparison.Ordinal);
        Assert.Contains("checksum", Problem("changed"), StringComparison.Ordinal);

        string Problem(string name) =>
            Assert.Throws<InvalidDataException>(() => new UrlList(_folder.File(name))).Message;
    }

    [Fact]
    public void Stage_MeasuresTheAddressOfADocument()
    {
        Build().Dispose();
        var stage = new UrlListStage(new UrlListStageOptions { List = _folder.File("list") });
        float[] values = new float[stage.Measures.Count];
        var document = new Document("1", "text");

        stage.Apply(document, values);
        Assert.All(values, value => Assert.True(float.IsNaN(value)));

        document = document with { Metadata = document.Metadata.Add("url", "http://bad.example/hot") };
        string? note = stage.Apply(document, values).Note;
        Assert.Equal("bad.example", note);
        Assert.Equal(
            ["listed-domains"],
            stage.Measures.Where((measure, i) => !measure.Admits(values[i])).Select(measure => measure.Name));
    }

    private UrlList Build()
    {
        var builder = new UrlListBuilder();
        builder.Add(UrlEntryKind.Domain, "bad.example");
        builder.Add(UrlEntryKind.Domain, "Bücher.example");
        builder.Add(UrlEntryKind.Domain, "例子.测试");
        builder.Add(UrlEntryKind.Host, "www.host.example");
        builder.Add(UrlEntryKind.Url, "https://FINE.example/a/b?c=1");
        builder.Add(UrlEntryKind.Word, "casino");
        builder.Add(UrlEntryKind.SoftWord, "hot");
        builder.Add(UrlEntryKind.SoftWord, "cheap");
        builder.Add(UrlEntryKind.Subword, "free-pills");
        builder.Save(_folder.File("list"));
        return new UrlList(_folder.File("list"));
    }
}
