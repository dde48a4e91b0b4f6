using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;
using Puyu.Serving.OpenAi;
using Puyu.Serving.Quotas;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests;

public class AllocationTests
{
    private const int Tokens = 1000;

    [Fact]
    public async Task Chunk_OfAChat_AllocatesNothing()
    {
        var engine = new ScriptedEngine();
        using var metrics = new ServerMetrics(TimeProvider.System);
        var context = new DefaultHttpContext { Response = { Body = Stream.Null } };
        var options = new ServerOptions();
        var call = new InferenceCall(
            context, engine, metrics, options, TimeProvider.System, received: 0,
            new GroupQuota(null, 0, 1, 0, budget: null));
        using JsonDocument body = JsonDocument.Parse("""{"messages":"hi","stream":true}""");
        ChatRequest request = ChatRequest.Read(call, new Fields(body.RootElement));
        await using var events = new EventStream(
            context, TimeProvider.System, options.KeepAlive, NullLogger.Instance);
        var writer = new ChatStreamWriter(call, request, events);
        CompletionUpdate update = ScriptedEngine.Update(request.Completion, 0, " 上海");

        long warm = Write(writer, update);
        long bytes = Write(writer, update);

        Assert.True(bytes <= warm, $"{warm} bytes while warm, then {bytes}");
        Assert.True(bytes < Tokens, $"{bytes} bytes for {Tokens} tokens");
    }

    private static long Write(ChatStreamWriter writer, CompletionUpdate update)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Tokens; i++)
        {
            Assert.True(writer.WriteAsync(update).AsTask().IsCompletedSuccessfully);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
