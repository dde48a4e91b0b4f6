using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.LmDeploy;

public class LmDeployTests
{
    [Fact]
    public async Task Generate_GivesTextIdsAndScores()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(
            "/generate", """{"prompt":"hi","return_logprob":true,"max_tokens":5}""");

        Assert.Equal(200, status);
        Assert.Equal("Hello, world.", (string?)body["text"]);
        Assert.Equal(4, body["output_ids"]!.AsArray().Count);
        Assert.Equal("stop", (string?)body["meta_info"]!["finish_reason"]!["type"]);
        Assert.Equal(4, body["meta_info"]!["output_token_logprobs"]!.AsArray().Count);
        Assert.Equal(3, (int?)body["meta_info"]!["prompt_tokens"]);
    }

    [Fact]
    public async Task Generate_Streams()
    {
        await using TestServer server = await TestServer.StartAsync();

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            "/generate", """{"input_ids":[65],"stream":true}""");

        Assert.Equal("[DONE]", events[^1].Data);
        Assert.Equal("Hello, world.", string.Concat(events.SkipLast(1).Select(
            item => (string?)JsonNode.Parse(item.Data)!["text"])));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"prompt":"x","input_ids":[1]}""")]
    public async Task Generate_TakesOnePrompt(string request)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync("/generate", request);

        Assert.Equal(400, status);
    }

    [Fact]
    public async Task Tokens_GoThereAndBack()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode tokens) = await server.AskAsync("/tokenize", """{"prompt":"雨"}""");
        (_, JsonNode chat) = await server.AskAsync("/tokenize", """{"messages":[{"role":"user","content":"x"}]}""");
        (_, JsonNode text) = await server.AskAsync("/detokenize", $$"""{"tokens":{{tokens["tokens"]!.ToJsonString()}}}""");
        (_, JsonNode one) = await server.AskAsync("/v1/encode", """{"input":"a","add_bos":false}""");
        (_, JsonNode many) = await server.AskAsync("/v1/encode", """{"input":["a","bc"]}""");

        Assert.Equal(4, (int?)tokens["count"]);
        Assert.Equal(512, (int?)tokens["max_model_len"]);
        Assert.Equal(7, (int?)chat["count"]);
        Assert.Equal("雨", (string?)text["prompt"]);
        Assert.Equal("[97]", one["input_ids"]!.ToJsonString());
        Assert.Equal("[[1,97],[1,98,99]]", many["input_ids"]!.ToJsonString());
        Assert.Equal("[2,3]", many["length"]!.ToJsonString());
    }

    [Fact]
    public async Task Perplexity_IsTheMeanCrossEntropy()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode one) = await server.AskAsync("/get_ppl", """{"input":"hello"}""");
        (_, JsonNode many) = await server.AskAsync("/get_ppl", """{"input":["a","b"]}""");

        Assert.Equal(2, (double)one["ppl"]!);
        Assert.Equal([2.0, 2.0], many["ppl"]!.AsArray().Select(loss => (double)loss!));
    }

    [Fact]
    public async Task Interactive_KeepsASessionUntilItIsNotAskedTo()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode first) = await server.AskAsync(
            "/v1/chat/interactive", """{"prompt":"hi","session_id":7,"interactive_mode":true}""");
        bool kept = server.Engine.Events.IsEmpty;
        await server.AskAsync("/v1/chat/interactive", """{"prompt":"hi","session_id":7}""");

        Assert.Equal("Hello, world.", (string?)first["text"]);
        Assert.Equal((8, 4, "stop"), ((int)first["input_tokens"]!, (int)first["tokens"]!, (string?)first["finish_reason"]));
        Assert.True(kept);
        Assert.Equal(["end 7"], server.Engine.Events);
        Assert.All(server.Engine.Requests, request => Assert.Equal("7", request.SessionId));
        Assert.IsType<Prompt.OfMessages>(server.Engine.Requests.First().Prompt);
    }

    [Fact]
    public async Task Interactive_StreamsLines()
    {
        await using TestServer server = await TestServer.StartAsync();

        using HttpResponseMessage response = await server.PostAsync(
            "/v1/chat/interactive", """{"prompt":"hi","session_id":1,"stream":true,"interactive_mode":true}""");
        string[] lines = (await response.Content.ReadAsStringAsync()).TrimEnd().Split('\n');

        Assert.Equal("Hello, world.", string.Concat(lines.Select(line => (string?)JsonNode.Parse(line)!["text"])));
        Assert.Equal([1, 2, 3, 4], lines.Select(line => (int)JsonNode.Parse(line)!["tokens"]!));
    }

    [Fact]
    public async Task Interactive_Cancels()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync("/v1/chat/interactive", """{"session_id":7,"cancel":true}""");

        Assert.Equal(200, status);
        Assert.Equal(["abort 7"], server.Engine.Events);
    }

    [Theory]
    [InlineData("/sleep?level=2")]
    [InlineData("/wakeup")]
    [InlineData("/abort_request")]
    [InlineData("/terminate")]
    [InlineData("/v1/load_lora_adapter")]
    public async Task Administration_IsForbidden_UnlessAllowed(string path)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync(path, """{"abort_all":true,"lora_name":"x","lora_path":"y"}""");

        Assert.Equal(403, status);
        Assert.Empty(server.Engine.Events);
    }

    [Fact]
    public async Task Administration_ReachesTheEngine()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { AllowsAdministration = true });

        await server.AskAsync("/v1/load_lora_adapter", """{"lora_name":"x","lora_path":"y"}""");
        string models = await server.Client.GetStringAsync("/v1/models");
        await server.AskAsync("/v1/unload_lora_adapter", """{"lora_name":"x"}""");
        (int unknown, _) = await server.AskAsync("/v1/unload_lora_adapter", """{"lora_name":"x"}""");
        await server.AskAsync("/abort_request", """{"abort_all":true}""");
        await server.AskAsync("/abort_request", """{"session_id":3}""");
        await server.AskAsync("/sleep?level=2", "");
        string asleep = await server.Client.GetStringAsync("/is_sleeping");
        await server.AskAsync("/wakeup?tags=weights", "");
        string awake = await server.Client.GetStringAsync("/is_sleeping");

        Assert.Contains("\"x\"", models, StringComparison.Ordinal);
        Assert.Equal(404, unknown);
        Assert.Equal(["load x y", "abort all", "abort 3", "sleep 2"], server.Engine.Events);
        Assert.Equal("{\"is_sleeping\":true}", asleep);
        Assert.Equal("{\"is_sleeping\":false}", awake);
    }
}
