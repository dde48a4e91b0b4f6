using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class ChatTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task Post_AnswersWithAMessage()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(
            Path, """{"model":"scripted","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal(200, status);
        Assert.StartsWith("chatcmpl-", (string?)body["id"], StringComparison.Ordinal);
        Assert.Equal("chat.completion", (string?)body["object"]);
        Assert.Equal("Hello, world.", (string?)body["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)body["choices"]![0]!["finish_reason"]);
        Assert.Equal(8, (int?)body["usage"]!["prompt_tokens"]);
        Assert.Equal(4, (int?)body["usage"]!["completion_tokens"]);
        Assert.Equal(3, (int?)body["usage"]!["prompt_tokens_details"]!["cached_tokens"]);
    }

    [Fact]
    public async Task Stream_HasOneIdARoleFirstAndAReasonLast()
    {
        await using TestServer server = await TestServer.StartAsync();

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(Path, """
            {"messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}
            """);

        Assert.Equal("[DONE]", events[^1].Data);
        JsonNode[] chunks = [.. events.SkipLast(1).Select(item => JsonNode.Parse(item.Data)!)];
        Assert.Single(chunks.Select(chunk => (string?)chunk["id"]).Distinct());
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal("Hello, world.", string.Concat(chunks.SkipLast(1).Select(
            chunk => (string?)chunk["choices"]![0]!["delta"]!["content"])));
        Assert.Equal("stop", (string?)chunks[^2]["choices"]![0]!["finish_reason"]);
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal(4, (int?)chunks[^1]["usage"]!["completion_tokens"]);
        Assert.All(chunks.SkipLast(1), chunk => Assert.True(chunk.AsObject().ContainsKey("usage")));
    }

    [Fact]
    public async Task Stream_InterleavesChoicesByIndex()
    {
        await using TestServer server = await TestServer.StartAsync();

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, """{"messages":"hi","stream":true,"n":3}""");

        JsonNode[] choices = [.. events.SkipLast(1).Select(item => JsonNode.Parse(item.Data)!["choices"]![0]!)];
        Assert.All(Enumerable.Range(0, 3), index => Assert.Equal("Hello, world.", string.Concat(
            choices.Where(choice => (int)choice["index"]! == index).Select(
                choice => (string?)choice["delta"]!["content"]))));
    }

    [Fact]
    public async Task Request_ReachesTheEngineWhole()
    {
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync(Path, """
            {"model":"pirate","messages":[{"role":"developer","content":[{"type":"text","text":"a"},
            {"type":"text","text":"b"}]},{"role":"user","content":"hi"}],"temperature":0,"top_p":0.5,"top_k":-1,
            "min_p":0.1,"n":2,"seed":-1,"stop":["1","2","3","4","5"],"max_completion_tokens":7,"min_tokens":2,
            "presence_penalty":1,"frequency_penalty":-1,"repetition_penalty":1.5,"logit_bias":{"65":-100},
            "logprobs":true,"top_logprobs":3,"ignore_eos":true,"include_stop_str_in_output":true,
            "stop_token_ids":[9],"bad_words":["no"],"priority":4,"response_format":{"type":"json_schema",
            "json_schema":{"name":"x","schema":{"type":"object"}}}}
            """);

        CompletionRequest request = Assert.Single(server.Engine.Requests);
        SamplingOptions sampling = request.Sampling;
        Assert.Equal("system:ab\nuser:hi\n", server.Engine.Decode(((Prompt.OfTokens)request.Prompt).TokenIds));
        Assert.Equal(("pirate", 2, 3, 4), (
            request.Adapter, request.Choices, request.TopLogProbabilities, request.Priority));
        Assert.Equal(new OutputConstraint.JsonSchema("""{"type":"object"}"""), request.Constraint);
        Assert.Equal((0, 0.5f, null, 0.1f, 7, 2), (
            sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP, sampling.MaxTokens, sampling.MinTokens));
        Assert.Equal((1, -1, 1.5f), (
            sampling.PresencePenalty, sampling.FrequencyPenalty, sampling.RepetitionPenalty));
        Assert.Equal(ulong.MaxValue, sampling.Seed);
        Assert.Equal(-100, sampling.LogitBias[65]);
        Assert.Equal(5, sampling.StopStrings.Count);
        Assert.Equal([9], sampling.StopTokenIds);
        Assert.Equal(["no"], sampling.BadWords);
        Assert.True(sampling.IgnoresEndOfText && sampling.IncludesStopString);
    }

    [Fact]
    public async Task Request_TakesTheModelsOptions_WhereItGivesNone()
    {
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync(Path, """{"messages":"hi"}""");
        await server.AskAsync(Path, """{"messages":"hi"}""");

        CompletionRequest[] requests = [.. server.Engine.Requests];
        Assert.Equal((0.8f, 50, 512 - 8), (
            requests[0].Sampling.Temperature, requests[0].Sampling.TopK, requests[0].Sampling.MaxTokens));
        Assert.NotEqual(requests[0].Sampling.Seed, requests[1].Sampling.Seed);
    }

    [Fact]
    public async Task LogProbabilities_ComeWithBytesAndAlternatives()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("雨");

        (_, JsonNode body) = await server.AskAsync(
            Path, """{"messages":"hi","logprobs":true,"top_logprobs":2,"return_token_ids":true}""");

        JsonNode choice = body["choices"]![0]!;
        JsonNode score = choice["logprobs"]!["content"]![0]!;
        Assert.Equal("雨", (string?)score["token"]);
        Assert.Equal([0xE9, 0x9B, 0xA8], score["bytes"]!.AsArray().Select(value => (int)value!));
        Assert.Equal(-0.25f, (float)score["logprob"]!);
        Assert.Equal(["雨0", "雨1"], score["top_logprobs"]!.AsArray().Select(value => (string?)value!["token"]));
        Assert.Equal([0xE9], choice["token_ids"]!.AsArray().Select(value => (int)value!));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"wizard","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}""",
        "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":"\ud800"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{}""", "messages")]
    [InlineData("""{"messages":"x","temperature":"hot"}""", "temperature")]
    [InlineData("""{"messages":"x","temperature":3}""", "temperature")]
    [InlineData("""{"messages":"x","top_p":0}""", "top_p")]
    [InlineData("""{"messages":"x","n":0}""", "n")]
    [InlineData("""{"messages":"x","n":1.5}""", "n")]
    [InlineData("""{"messages":"x","stream":"yes"}""", "stream")]
    [InlineData("""{"messages":"x","stop":[""]}""", "stop")]
    [InlineData("""{"messages":"x","stop":[7]}""", "stop[0]")]
    [InlineData("""{"messages":"x","logit_bias":{"dog":1}}""", "logit_bias")]
    [InlineData("""{"messages":"x","logit_bias":{"1":1000}}""", "logit_bias.1")]
    [InlineData("""{"messages":"x","logit_bias":{"256":1}}""", "logit_bias")]
    [InlineData("""{"messages":"x","stop_token_ids":[256]}""", "stop_token_ids[0]")]
    [InlineData("""{"messages":"x","top_logprobs":2}""", "top_logprobs")]
    [InlineData("""{"messages":"x","max_tokens":0}""", "max_tokens")]
    [InlineData("""{"messages":"x","functions":[]}""", "functions")]
    [InlineData("""{"messages":"x","reasoning_effort":"high"}""", "reasoning_effort")]
    [InlineData("""{"messages":"x","response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"messages":"x","response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    [InlineData("""{"messages":"x","tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"messages":"x","tools":[{"type":"function"}]}""", "tools[0].function")]
    [InlineData("""{"messages":"x","max_tokens":10000}""", "messages")]
    public async Task Post_NamesTheParameterAtFault(string request, string parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", (string?)body["error"]!["type"]);
        Assert.Equal(parameter, (string?)body["error"]!["param"]);
        Assert.Contains(parameter, (string?)body["error"]!["message"], StringComparison.Ordinal);
        Assert.Empty(server.Engine.Requests);
    }

    [Fact]
    public async Task Post_RefusesWhatDoesNotFitTheContext()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(
            Path, $$"""{"messages":"{{new string('x', 600)}}"}""");

        Assert.Equal(400, status);
        Assert.Equal("context_length_exceeded", (string?)body["error"]!["code"]);
    }

    [Theory]
    [InlineData(EngineErrorCode.InvalidConstraint, 400)]
    [InlineData(EngineErrorCode.UnknownAdapter, 404)]
    [InlineData(EngineErrorCode.SessionBusy, 409)]
    [InlineData(EngineErrorCode.Overloaded, 429)]
    [InlineData(EngineErrorCode.Sleeping, 503)]
    public async Task EngineErrors_HaveTheirStatus(EngineErrorCode code, int expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (_, _) => throw new EngineException(code, "no", "some");

        (int status, JsonNode body) = await server.AskAsync(Path, """{"messages":"x","stream":true}""");

        Assert.Equal(expected, status);
        Assert.Equal("no", (string?)body["error"]!["message"]);
    }

    [Fact]
    public async Task Abort_EndsWithAReasonThatClientsKnow()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => Aborted(request);

        (_, JsonNode body) = await server.AskAsync(Path, """{"messages":"x"}""");

        Assert.Equal("stop", (string?)body["choices"]![0]!["finish_reason"]);
        Assert.Equal("aborted", (string?)body["choices"]![0]!["stop_reason"]);
    }

    private static async IAsyncEnumerable<CompletionUpdate> Aborted(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "He") with { FinishReason = FinishReason.Aborted };
    }
}
