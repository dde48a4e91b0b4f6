using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Proxy;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Proxy;

public class ProxyTests
{
    private const string Chat =
        """{"model":"scripted","messages":[{"role":"user","content":"Hi"}],"stream":false}""";

    [Fact]
    public async Task Server_WithAProxy_RegistersAndIsListed()
    {
        await using ProxyServer proxy = await StartAsync();
        TestServer node = await NodeOf(proxy);
        using var client = new HttpClient { BaseAddress = proxy.Address };

        JsonNode status = JsonNode.Parse(await client.GetStringAsync("/nodes/status"))!;
        JsonNode models = JsonNode.Parse(await client.GetStringAsync("/v1/models"))!;

        Assert.True((bool?)status[node.Address.AbsoluteUri]!["healthy"]);
        Assert.Contains("scripted", models["data"]!.AsArray().Select(model => (string?)model!["id"]));

        await node.Server.StopAsync(CancellationToken.None);
        await node.DisposeAsync();
        Assert.Equal("{}", await client.GetStringAsync("/nodes/status"));
    }

    [Fact]
    public async Task Post_ToSeveralNodes_IsShared()
    {
        await using ProxyServer proxy = await StartAsync();
        await using TestServer first = await NodeOf(proxy);
        await using TestServer second = await NodeOf(proxy);
        using var client = new HttpClient { BaseAddress = proxy.Address };

        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage answer = await PostAsync(client, Chat);
            JsonNode? body = await answer.Content.ReadFromJsonAsync<JsonNode>();
            Assert.Equal("Hello, world.", (string?)body!["choices"]![0]!["message"]!["content"]);
        }

        Assert.Equal(20, first.Engine.Requests.Count + second.Engine.Requests.Count);
        Assert.All([first, second], node => Assert.InRange(node.Engine.Requests.Count, 3, 17));
    }

    [Fact]
    public async Task Post_ANodeDiesInTheMiddle_FailsItsStreamAlone()
    {
        await using ProxyServer proxy = await StartAsync();
        TestServer dying = await TestServer.StartAsync();
        await using TestServer staying = await TestServer.StartAsync();
        dying.Engine.Script = SlowlyAsync;
        staying.Engine.Script = SlowlyAsync;
        using var client = new HttpClient { BaseAddress = proxy.Address };
        await AddAsync(client, dying.Address);
        await AddAsync(client, staying.Address);
        string streamed = Chat.Replace("false", "true", StringComparison.Ordinal);
        Task<string>[] streams = [.. Enumerable.Range(0, 6).Select(_ => ReadToTheEndAsync(client, streamed))];
        while (dying.Engine.Requests.Count + staying.Engine.Requests.Count < 6)
        {
            await Task.Delay(10);
        }

        int doomed = dying.Engine.Requests.Count;
        await Task.Delay(200);
        using (var now = new CancellationTokenSource(TimeSpan.Zero))
        {
            // Stopping without time to drain closes the connections.
            await dying.Server.StopAsync(now.Token);
        }

        await dying.DisposeAsync();
        string[] ends = await Task.WhenAll(streams);
        Assert.Equal(doomed, ends.Count(end => end.Contains("error", StringComparison.Ordinal)));
        Assert.Equal(6 - doomed, ends.Count(end => end.EndsWith("[DONE]", StringComparison.Ordinal)));
        Assert.InRange(doomed, 1, 5);

        for (int i = 0; i < 6; i++)
        {
            staying.Engine.Answer("on");
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, Chat)).StatusCode);
        }
    }

    [Fact]
    public async Task Post_UnknownModel_Is404AndNoNode503()
    {
        await using ProxyServer proxy = await StartAsync();
        TestServer node = await NodeOf(proxy);
        using var client = new HttpClient { BaseAddress = proxy.Address };

        using HttpResponseMessage unknown = await PostAsync(
            client, Chat.Replace("scripted", "another", StringComparison.Ordinal));
        await node.DisposeAsync();
        using HttpResponseMessage unavailable = await PostAsync(client, Chat);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        JsonNode? body = await unknown.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal("model_not_found", (string?)body!["error"]!["code"]);
        Assert.Contains(
            unavailable.StatusCode, (HttpStatusCode[])[HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound]);
    }

    [Fact]
    public async Task Heartbeat_ANodeComesBack_IsUsedAgain()
    {
        await using ProxyServer proxy = await StartAsync();
        using var client = new HttpClient { BaseAddress = proxy.Address };
        var engine = new ScriptedEngine();
        TestServer node = await TestServer.StartAsync(engine);
        int port = node.Address.Port;
        await AddAsync(client, node.Address);
        using (var now = new CancellationTokenSource(TimeSpan.Zero))
        {
            await node.Server.StopAsync(now.Token);
        }

        await node.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(client, Chat)).StatusCode);

        await using var again = new InferenceServer(engine, new ServerOptions { Port = port }, TimeProvider.System);
        await again.StartAsync(CancellationToken.None);
        HttpStatusCode status = HttpStatusCode.ServiceUnavailable;
        for (int i = 0; i < 100 && status != HttpStatusCode.OK; i++)
        {
            await Task.Delay(50);
            status = (await PostAsync(client, Chat)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Post_WrongKeyOrNode_IsRefused()
    {
        await using ProxyServer proxy = await StartAsync(new ProxyOptions { ApiKeys = ["secret"] });
        using var client = new HttpClient { BaseAddress = proxy.Address };

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, Chat)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        foreach (string url in (string[])["nowhere", "ftp://a", "http://127.0.0.1:1"])
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync("/nodes/add", new { url });
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    private static async Task<ProxyServer> StartAsync(ProxyOptions? options = null)
    {
        var proxy = new ProxyServer(
            (options ?? new ProxyOptions()) with { Port = 0, Heartbeat = TimeSpan.FromMilliseconds(100) },
            TimeProvider.System);
        await proxy.StartAsync(CancellationToken.None);
        return proxy;
    }

    /// <summary>A server that has registered itself.</summary>
    private static async Task<TestServer> NodeOf(ProxyServer proxy)
    {
        TestServer node = await TestServer.StartAsync(options: new ServerOptions { Proxy = proxy.Address });
        using var client = new HttpClient { BaseAddress = proxy.Address };
        for (int i = 0; i < 200; i++)
        {
            if ((await client.GetStringAsync("/nodes/status"))
                .Contains(node.Address.AbsoluteUri, StringComparison.Ordinal))
            {
                return node;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("the server did not register within ten seconds");
    }

    private static async Task AddAsync(HttpClient client, Uri url)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/nodes/add", new { url = url.AbsoluteUri });
        answer.EnsureSuccessStatusCode();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string json) => client.PostAsync(
        "/v1/chat/completions", new StringContent(json, Encoding.UTF8, "application/json"));

    private static async IAsyncEnumerable<CompletionUpdate> SlowlyAsync(
        CompletionRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int i = 0; i < 20; i++)
        {
            await Task.Delay(50, cancellation);
            yield return ScriptedEngine.Update(request, choice: 0, $"{i} ") with
            {
                FinishReason = i == 19 ? FinishReason.Stop : null,
            };
        }
    }

    /// <summary>The last event of a stream, or how it broke off.</summary>
    private static async Task<string> ReadToTheEndAsync(HttpClient client, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        string last = "";
        try
        {
            using HttpResponseMessage response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync())
            {
                last = item.Data;
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            last = $"error: {failure.Message}";
        }

        return last;
    }
}
