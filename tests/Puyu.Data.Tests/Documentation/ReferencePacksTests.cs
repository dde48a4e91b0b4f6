using Puyu.Data.Documentation;

namespace Puyu.Data.Tests.Documentation;

public sealed class ReferencePacksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FoldersBelow_FindsThePacksThatHaveDocumentation_InOrder()
    {
        Write("packs/B.Ref/10.0.1/ref/net10.0/x.xml");
        Write("packs/B.Ref/10.0.0/ref/net10.0/x.xml");
        Write("packs/A.Ref/10.0.1/ref/net10.0/x.xml");
        Write("packs/A.Ref/9.0.1/ref/net9.0/x.xml");
        Write("packs/A.Host/10.0.1/runtimes/x.xml");
        Write("packs/C.Ref/10.0.1/ref/net10.0/x.dll");

        Assert.Equal(
            ["A.Ref/10.0.1", "B.Ref/10.0.0", "B.Ref/10.0.1"],
            ReferencePacks.FoldersBelow(_folder.Root).Select(
                folder => Path.GetRelativePath(_folder.File("packs"), folder).Replace('\\', '/').Replace(
                    "/ref/net10.0", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void FoldersBelow_IsEmpty_WhereThereAreNoPacks() => Assert.Empty(ReferencePacks.FoldersBelow(_folder.Root));

    [Fact]
    public void Find_FindsTheRuntimesOwn() =>
        Assert.Contains(
            ReferencePacks.Find(), folder => folder.Contains("Microsoft.NETCore.App.Ref", StringComparison.Ordinal));

    private void Write(string name)
    {
        string path = _folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
