using System.Net;
using System.Text.RegularExpressions;
using Puyu.Serving.Proxy;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Page;

public partial class PageRoutesTests
{
    private const string Folder = "src/Puyu.Serving/Page";

    [Fact]
    public async Task Page_NeedsNoKey()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["k"] });

        using HttpResponseMessage page = await server.Client.GetAsync("/");
        using HttpResponseMessage file = await server.Client.GetAsync("/page/main.js");
        using HttpResponseMessage other = await server.Client.GetAsync("/v1/models");

        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal("text/javascript", file.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Fact]
    public async Task Page_IsTheProxysToo()
    {
        await using var proxy = new ProxyServer(new ProxyOptions { Port = 0, ApiKeys = ["k"] }, TimeProvider.System);
        await proxy.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = proxy.Address };

        Assert.Contains("page/main.js", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("new Sidebar", await client.GetStringAsync("/page/main.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForbidsScriptsOfOthers()
    {
        await using TestServer server = await TestServer.StartAsync();

        using HttpResponseMessage page = await server.Client.GetAsync("/");

        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script>|<script [^>]*src=\"http|<style| style=| on[a-z]+=", await page.Content.ReadAsStringAsync());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("\"other\", W/{0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    public async Task File_IsSentOnce(string known, int expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage first = await server.Client.GetAsync("/page/chat.css");

        using var again = new HttpRequestMessage(HttpMethod.Get, "/page/chat.css");
        again.Headers.TryAddWithoutValidation("If-None-Match", known.Replace("{0}", $"{first.Headers.ETag}", StringComparison.Ordinal));
        using HttpResponseMessage second = await server.Client.SendAsync(again);

        Assert.Equal(expected, (int)second.StatusCode);
        Assert.Equal(expected == 200, (await second.Content.ReadAsByteArrayAsync()).Length > 0);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.True(second.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task Files_ThatFilesName_AreServed()
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] names = [.. Repository.Files(Folder, "*.*").SelectMany(path => References().Matches(File.ReadAllText(path)))
            .Select(found => found.Groups[1].Value).Distinct()];

        Assert.True(names.Length > 20, $"only {names.Length} names were found");
        foreach (string name in names)
        {
            using HttpResponseMessage file = await server.Client.GetAsync($"/page/{name}");
            Assert.True(file.IsSuccessStatusCode, $"{name}: {file.StatusCode}");
        }
    }

    [Fact]
    public void Texts_AreThereInBothLanguages()
    {
        string[] parts = File.ReadAllText(Path.Combine(Repository.Root, Folder, "text.js")).Split("const chinese");
        string[] english = Keys(parts[0]);
        string[] used = [.. Repository.Files(Folder, "*.*").SelectMany(path => Uses().Matches(File.ReadAllText(path)))
            .Select(found => found.Groups[1].Value).Distinct()];

        Assert.Equal(english, Keys(parts[1]));
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(english));

        static string[] Keys(string part) => [.. Entries().Matches(part).Select(found => found.Groups[1].Value)];
    }

    [Fact]
    public void Scripts_NeverParseText()
    {
        string[] parsing = [.. Repository.Files(Folder, "*.js")
            .Where(path => Parsing().IsMatch(File.ReadAllText(path))).Select(path => Path.GetFileName(path))];

        Assert.Empty(parsing);
    }

    [GeneratedRegex("""(?:from "\./|"page/)([\w.-]+)""")]
    private static partial Regex References();

    [GeneratedRegex("""(?:\bsay\(|data-(?:text|label|placeholder)=)"(\w+)""")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^  (\w+):", RegexOptions.Multiline)]
    private static partial Regex Entries();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc")]
    private static partial Regex Parsing();
}
