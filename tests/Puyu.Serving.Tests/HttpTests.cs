using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests;

public class HttpTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Question = """{"messages":"hi"}""";
    private const string Streamed = """{"messages":"hi","stream":true}""";

    [Fact]
    public async Task Models_AreTheModelAndItsAdapters()
    {
        await using TestServer server = await TestServer.StartAsync();

        JsonNode list = JsonNode.Parse(await server.Client.GetStringAsync("/v1/models"))!;
        JsonNode adapter = JsonNode.Parse(await server.Client.GetStringAsync("/v1/models/pirate"))!;

        Assert.Equal(["scripted", "pirate"], list["data"]!.AsArray().Select(model => (string?)model!["id"]));
        Assert.Equal("scripted", (string?)adapter["parent"]);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "not_found")]
    [InlineData("GET", "/v1/models/other", 404, "model_not_found")]
    [InlineData("GET", Chat, 405, "method_not_allowed")]
    public async Task Errors_AreJson(string method, string path, int expected, string code)
    {
        await using TestServer server = await TestServer.StartAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(code, await CodeOf(response));
    }

    [Theory]
    [InlineData("{\"messages\":", "application/json", 400, "invalid_json")]
    [InlineData("[]", "application/json", 400, "invalid_type")]
    [InlineData("", "application/json", 400, "invalid_json")]
    [InlineData(Question, "text/plain", 415, "unsupported_media_type")]
    [InlineData("""{"model":"gpt-4","messages":"hi"}""", "application/json", 404, "model_not_found")]
    public async Task Post_RefusesBadBodies(string body, string type, int expected, string code)
    {
        await using TestServer server = await TestServer.StartAsync();

        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using HttpResponseMessage response = await server.Client.PostAsync(Chat, content);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(code, await CodeOf(response));
    }

    [Fact]
    public async Task Post_TakesAnyModel_WhereItMay()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { AcceptsAnyModel = true });

        (int status, JsonNode body) = await server.AskAsync(Chat, """{"model":"gpt-4","messages":"hi"}""");

        Assert.Equal(200, status);
        Assert.Equal("gpt-4", (string?)body["model"]);
        Assert.Null(Assert.Single(server.Engine.Requests).Adapter);
    }

    [Fact]
    public async Task Post_RefusesLargeBodies()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { MaxBodyBytes = 1000 });

        using HttpResponseMessage response = await server.PostAsync(Chat, $$"""{"messages":"{{new string('x', 2000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request_too_large", await CodeOf(response));
    }

    [Fact]
    public async Task Head_IsGetWithoutBody()
    {
        await using TestServer server = await TestServer.StartAsync();

        using var request = new HttpRequestMessage(HttpMethod.Head, "/health");
        using HttpResponseMessage response = await server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Keys_AreDemanded_ExceptForHealth()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["k1", "k2"] });

        using HttpResponseMessage without = await server.PostAsync(Chat, Question);
        using HttpResponseMessage health = await server.Client.GetAsync("/health");
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "k2");
        using HttpResponseMessage with = await server.PostAsync(Chat, Question);
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "k3");
        using HttpResponseMessage wrong = await server.PostAsync(Chat, Question);

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal("invalid_api_key", await CodeOf(without));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task Keys_SeparateTenants()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["k1", "k2"] });

        foreach (string key in (string[])["k1", "k2", "k1"])
        {
            server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            await server.AskAsync(Chat, """{"messages":"hi","session_id":5}""");
        }

        CompletionRequest[] requests = [.. server.Engine.Requests];
        Assert.Equal(requests[0].Tenant, requests[2].Tenant);
        Assert.NotEqual(requests[0].Tenant, requests[1].Tenant);
        Assert.NotEqual(requests[0].SessionId, requests[1].SessionId);
        Assert.DoesNotContain("k1", requests[0].Tenant, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preflight_AllowsTheHeadersOfBrowserClients()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["k"] });

        using var request = new HttpRequestMessage(HttpMethod.Options, Chat);
        request.Headers.Add("Origin", "https://example.org");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-stainless-lang");
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        using var ask = new HttpRequestMessage(HttpMethod.Post, Chat);
        ask.Headers.Add("Origin", "https://example.org");
        using HttpResponseMessage refused = await server.Client.SendAsync(ask);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("x-stainless-lang", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("*", refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Stream_HasTheHeadersOfServerSentEvents()
    {
        await using TestServer server = await TestServer.StartAsync();

        using HttpResponseMessage response = await server.PostAsync(Chat, Streamed);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoCache);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
    }

    [Fact]
    public async Task Stream_EndsWithAnErrorAndABrokenConnection_WhenTheEngineFails()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => FailLater(request);
        using var content = new StringContent(Streamed, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = content };

        using HttpResponseMessage response = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead);
        var received = new StringBuilder();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line)
            {
                received.AppendLine(line);
            }
        });

        Assert.Contains("\"content\":\"Hel\"", received.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"internal_error\"", received.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("DONE", received.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", received.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disconnect_EndsTheCompletion(bool streams)
    {
        var cancelled = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, cancellation) => GoOn(request, cancelled, cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);

        await SendAsync(client, streams ? Streamed : Question);
        await WaitUntilAsync(() => !server.Engine.Requests.IsEmpty);
        client.Close();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await WaitUntilAsync(() => server.Engine.Abandoned == 1);
    }

    [Fact]
    public async Task Garbage_LeavesTheServerServing()
    {
        await using TestServer server = await TestServer.StartAsync();
        var random = new Abstractions.CounterRandom(seed: 1);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            byte[] bytes = new byte[100 + random.NextInt32(400)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)random.NextUInt32();
            }

            await SendRawAsync(server, bytes);
            await SendRawAsync(server, Encoding.ASCII.GetBytes(
                $"POST {Chat} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"));
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage refused = await server.Client.PostAsync(Chat, content);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        (int status, _) = await server.AskAsync(Chat, Question);
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task SlowReader_DoesNotHoldUpOthers()
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] much = [.. Enumerable.Repeat(new string('x', 10_000), 2_000)];
        server.Engine.Script = (request, _) => ScriptedEngine.Say(
            request, request.Sampling.MaxTokens == 9 ? much : ["ok"]);
        using var slow = new TcpClient { ReceiveBufferSize = 1000 };
        await slow.ConnectAsync(server.Address.Host, server.Address.Port);
        await SendAsync(slow, """{"messages":"hi","stream":true,"max_tokens":9}""");
        await WaitUntilAsync(() => !server.Engine.Requests.IsEmpty);

        (int status, _) = await server.AskAsync(Chat, Question);

        Assert.Equal(200, status);
        Assert.Equal(0, server.Engine.Abandoned);
    }

    private static async Task<string?> CodeOf(HttpResponseMessage response) =>
        (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"];

    private static async IAsyncEnumerable<CompletionUpdate> FailLater(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "Hel");
        throw new InvalidDataException("secret detail");
    }

    private static async IAsyncEnumerable<CompletionUpdate> GoOn(
        CompletionRequest request, TaskCompletionSource cancelled,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.Register(cancelled.SetResult);
        yield return ScriptedEngine.Update(request, 0, "Hel");
        await Task.Delay(Timeout.Infinite, cancellation);
    }

    private static Task SendAsync(TcpClient client, string body) => client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
        $"POST {Chat} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}")).AsTask();

    private static async Task SendRawAsync(TestServer server, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(bytes);
        client.Client.Shutdown(SocketShutdown.Send);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
