using System.Net;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests;

public class GateTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Question = """{"messages":"hi"}""";

    [Fact]
    public async Task Overflow_IsRefusedAtOnce_AndTheQueueIsServed()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { MaxConcurrent = 1, MaxQueued = 1 });
        server.Engine.Script = (request, _) => After(go.Task, request);

        Task<HttpResponseMessage> running = server.PostAsync(Chat, Question);
        await WaitForAsync(server, "lmdeploy:num_api_requests_routed{model_name=\"scripted\"} 1");
        Task<HttpResponseMessage> queued = server.PostAsync(Chat, Question);
        await WaitForAsync(server, "lmdeploy:num_api_requests_waiting{model_name=\"scripted\"} 1");
        using HttpResponseMessage refused = await server.PostAsync(Chat, Question);
        go.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await queued).StatusCode);
    }

    [Fact]
    public async Task LongWait_IsRefused()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { MaxConcurrent = 1, QueueTimeout = TimeSpan.FromMilliseconds(50) });
        server.Engine.Script = (request, _) => After(go.Task, request);

        Task<HttpResponseMessage> running = server.PostAsync(Chat, Question);
        await WaitForAsync(server, "lmdeploy:num_api_requests_routed{model_name=\"scripted\"} 1");
        using HttpResponseMessage refused = await server.PostAsync(Chat, Question);
        go.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await running).StatusCode);
    }

    [Fact]
    public async Task Sleep_IsRefused()
    {
        await using TestServer server = await TestServer.StartAsync(new ScriptedEngine { IsSleeping = true });

        using HttpResponseMessage refused = await server.PostAsync(Chat, Question);
        using HttpResponseMessage ready = await server.Client.GetAsync("/ready");
        string health = await server.Client.GetStringAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("sleeping", health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_LetsStreamsFinish()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => After(go.Task, request);
        Task<IReadOnlyList<System.Net.ServerSentEvents.SseItem<string>>> stream =
            server.StreamAsync(Chat, """{"messages":"hi","stream":true}""");
        await WaitForAsync(server, "lmdeploy:num_api_requests_routed{model_name=\"scripted\"} 1");

        Task stop = server.Server.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        go.SetResult();
        await stop;

        Assert.Equal("[DONE]", (await stream)[^1].Data);
    }

    [Fact]
    public async Task Stop_BreaksOffWhatTakesTooLong()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { DrainTimeout = TimeSpan.FromMilliseconds(100) });
        server.Engine.Script = (request, cancellation) => After(Task.Delay(Timeout.Infinite, cancellation), request);
        Task<HttpResponseMessage> running = server.PostAsync(Chat, Question);
        await WaitForAsync(server, "lmdeploy:num_api_requests_routed{model_name=\"scripted\"} 1");

        await server.Server.StopAsync(CancellationToken.None);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
    }

    private static async IAsyncEnumerable<CompletionUpdate> After(Task go, CompletionRequest request)
    {
        await go;
        yield return ScriptedEngine.Update(request, 0, "ok") with { FinishReason = FinishReason.Stop };
    }

    private static async Task WaitForAsync(TestServer server, string metric)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!(await server.Client.GetStringAsync("/metrics", limit.Token)).Contains(metric, StringComparison.Ordinal))
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
