using Puyu.Data.Code;

namespace Puyu.Data.Tests.Code;

public class CodeAssemblyTests
{
    [Theory]
    [InlineData("python", "main.py: import pkg.core|pkg/__init__.py: |pkg/core.py: from .util import f|pkg/util.py: def f(): pass",
        "pkg/util.py pkg/core.py main.py pkg/__init__.py")]
    [InlineData("c", "src/main.c: #include \"lib/b.h\"|include/lib/a.h: int a;|include/lib/b.h: #include <lib/a.h>",
        "include/lib/a.h include/lib/b.h src/main.c")]
    [InlineData("java", "x/com/e/Main.java: package com.e; import com.e.u.Tool;|x/com/e/u/Tool.java: package com.e.u; class Tool { Base b; }|x/com/e/u/Base.java: package com.e.u; class Base {}",
        "x/com/e/u/Base.java x/com/e/u/Tool.java x/com/e/Main.java")]
    [InlineData("ts", "a/app.ts: import { z } from '../b/z.js'|b/z.ts: import d from './d'|b/d/index.tsx: export default 1",
        "b/d/index.tsx b/z.ts a/app.ts")]
    [InlineData("go", "main.go: package main; import \"example.com/m/zed\"; var q = zed.Run|zed/run.go: package zed; func Run() {}|zed/other.go: package zed; func Other() {}",
        "zed/run.go main.go zed/other.go")]
    [InlineData("rust", "src/main.rs: mod a; mod b; use crate::b::T;|src/a.rs: use super::b::T;|src/b/mod.rs: mod c; pub struct T;|src/b/c.rs: fn c() {}",
        "src/b/c.rs src/b/mod.rs src/a.rs src/main.rs")]
    [InlineData("csharp", "A.cs: using N.Z; class A { Zed z; }|Z/Other.cs: namespace N.Z; class Other { }|Z/Zed.cs: namespace N.Z; class Zed { }",
        "Z/Zed.cs A.cs Z/Other.cs")]
    public void Of_PutsFilesBehindWhatTheyImport(string language, string repository, string expected)
    {
        CodeAssembly assembly = CodeAssembly.Of(Files(repository));

        Assert.True(expected == string.Join(' ', assembly.Paths), $"{language}: {string.Join(' ', assembly.Paths)}");
        Assert.Empty(assembly.Cycles);
    }

    [Fact]
    public void Of_BeginsACycleWithItsFirstFile_AndReportsIt()
    {
        CodeAssembly assembly = CodeAssembly.Of(Files(
            "c.py: import a|b.py: import c|a.py: import b|use.py: import c|base.py: |d.py: import base"));

        Assert.Equal("a.py c.py b.py use.py base.py d.py".Split(' ').Order(), assembly.Paths.Order());
        Assert.Equal(["a.py,b.py,c.py"], assembly.Cycles.Select(cycle => string.Join(',', cycle)));
        Assert.True(Place(assembly, "a.py") < Place(assembly, "c.py"));
        Assert.True(Place(assembly, "c.py") < Place(assembly, "b.py"));
        Assert.True(Place(assembly, "c.py") < Place(assembly, "use.py"));
    }

    [Fact]
    public void Of_TakesBatchImportsOutOfCycles()
    {
        CodeAssembly assembly = CodeAssembly.Of(Files(
            "pkg/__init__.py: from .b import g|pkg/b.py: from . import util; def g(): pass|pkg/util.py: import pkg"));

        Assert.Empty(assembly.Cycles);
        Assert.True(Place(assembly, "pkg/util.py") < Place(assembly, "pkg/b.py"));
    }

    [Fact]
    public void Of_NeedsWhatABatchImportPassesOn_OnlyWhereItIsUsed()
    {
        RepositoryGraph graph = RepositoryGraph.Of(Files(
            "pkg/__init__.py: from .x import X; from .y import Y|pkg/x.py: class X: pass|pkg/y.py: class Y: pass"
            + "|main.py: from pkg import X|all.h: #include \"p.h\"; #include \"q.h\"|p.h: struct P {}|q.h: struct Q {}"
            + "|m.c: #include \"all.h\"; struct Q q;"));

        Assert.Equal(["pkg/__init__.py", "pkg/x.py"], Needs(graph, "main.py"));
        Assert.Empty(Needs(graph, "pkg/__init__.py"));
        Assert.Equal(["all.h", "q.h"], Needs(graph, "m.c"));
    }

    [Fact]
    public void Of_PutsProseBeforeTheFirstSourceOfItsFolder()
    {
        CodeAssembly assembly = CodeAssembly.Of(Files(
            "README.md: top|docs/guide.md: guide|pkg/a.py: import pkg.z|pkg/z.py: |pkg/notes.md: notes|pkg/data.json: {}|pkg/sub/deep.md: deep"));

        Assert.Equal(
            "README.md docs/guide.md pkg/data.json pkg/notes.md pkg/sub/deep.md pkg/z.py pkg/a.py",
            string.Join(' ', assembly.Paths));
    }

    [Fact]
    public void Pack_TakesTheLastFileAway_WhenThereAreTooManyTokens()
    {
        string[] sections = ["aaaa", "bbbb", "cc", "dddddddddd", "e"];

        List<CodePack> packs = CodePacker.Pack(sections, 8, text => text.Length);

        Assert.Equal(["aaaa\nbbbb", "cc", "dddddddddd", "e"], packs.Select(pack => pack.Text));
        Assert.Equal([8, 2, 10, 1], packs.Select(pack => pack.Tokens));
        Assert.Equal([0, 2, 3, 4], packs.Select(pack => pack.First));
    }

    [Fact]
    public void Section_FencesCode_LongerThanItsBackquotes()
    {
        Assert.Equal("## a/b.py\n\n```python\nx = 1\n```\n", CodeMarkdown.Section("a/b.py", "x = 1\r\n\n"));
        Assert.Equal("## c.cs\n\n````csharp\n// ```\n````\n", CodeMarkdown.Section("c.cs", "// ```"));
        Assert.Equal("## R.md\n\n# Title\n", CodeMarkdown.Section("R.md", "# Title\n"));
    }

    /// <summary>Check 21 of the data engine, on this repository: it is C#, large, and at hand.</summary>
    [Fact]
    public void Of_OrdersThisRepository()
    {
        string root = Path.Combine(Repository.Root, "src");
        var files = new RepositoryFiles(Repository.Files("src", "*.cs").Select(path => KeyValuePair.Create(
            Path.GetRelativePath(root, path).Replace('\\', '/'), File.ReadAllText(path))));

        CodeAssembly assembly = CodeAssembly.Of(files);

        RepositoryGraph graph = RepositoryGraph.Of(files);
        Dictionary<string, int> places = assembly.Paths.Index().ToDictionary(file => file.Item, file => file.Index);
        List<HashSet<string>> cycles = [.. assembly.Cycles.Select(cycle => cycle.ToHashSet())];
        int edges = 0;
        for (int from = 0; from < graph.Paths.Count; from++)
        {
            foreach (string path in graph.Needs[from].Select(to => graph.Paths[to]))
            {
                edges++;
                Assert.True(
                    places[path] < places[graph.Paths[from]]
                        || cycles.Exists(cycle => cycle.Contains(path) && cycle.Contains(graph.Paths[from])),
                    $"{graph.Paths[from]} stands before {path}, which it needs");
            }
        }

        Assert.Equal(graph.Paths.Count, assembly.Paths.Distinct().Count());
        Assert.True(edges > graph.Paths.Count);
        Assert.Equal(assembly.Paths, CodeAssembly.Of(files).Paths);
    }

    private static int Place(CodeAssembly assembly, string path) => assembly.Paths.ToList().IndexOf(path);

    private static IEnumerable<string> Needs(RepositoryGraph graph, string path) =>
        graph.Needs[graph.Paths.ToList().IndexOf(path)].Select(file => graph.Paths[file]);

    /// <summary>Files as <c>path: text</c>, divided by bars; a semicolon ends a line.</summary>
    private static RepositoryFiles Files(string repository) => new(repository.Split('|').Select(file =>
    {
        string[] parts = file.Split(": ", 2);
        return KeyValuePair.Create(parts[0], parts[1].Replace("; ", ";\n", StringComparison.Ordinal)
            .Replace("\";\n#", "\"\n#", StringComparison.Ordinal));
    }));
}
