using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;

namespace Puyu.Serving.Tests.Support;

/// <summary>A server on a free port, with a client.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(InferenceServer server, ScriptedEngine engine)
    {
        Server = server;
        Engine = engine;
        Client = new HttpClient { BaseAddress = Address };
    }

    public InferenceServer Server { get; }

    public ScriptedEngine Engine { get; }

    public HttpClient Client { get; }

    public Uri Address => Server.Addresses[0];

    public static async Task<TestServer> StartAsync(ScriptedEngine? engine = null, ServerOptions? options = null)
    {
        engine ??= new ScriptedEngine();
        var server = new InferenceServer(engine, (options ?? new ServerOptions()) with { Port = 0 }, TimeProvider.System);
        await server.StartAsync(CancellationToken.None);
        return new TestServer(server, engine);
    }

    /// <summary>Posts JSON.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await Client.PostAsync(path, content);
    }

    /// <summary>Posts JSON and reads the answer, whatever its status.</summary>
    public async Task<(int Status, JsonNode Body)> AskAsync(string path, string json)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Posts JSON and reads the events of the answer.</summary>
    public async Task<IReadOnlyList<SseItem<string>>> StreamAsync(string path, string json)
    {
        using HttpResponseMessage response = await PostAsync(path, json);
        response.EnsureSuccessStatusCode();
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        return await SseParser.Create(stream).EnumerateAsync().ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
