using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class ReasoningTests
{
    private const string Path = "/v1/chat/completions";
    private const string Question = """{"messages":"hi"}""";
    private const string Thought = "<think>\nI <b>see</b> </thin\n</think>\n\n42 </think>";

    [Theory]
    [InlineData(ReasoningParser.Think, "", Thought, "I <b>see</b> </thin", "42 </think>")]
    [InlineData(ReasoningParser.Think, "<think>\n", "so\n</think>42", "so", "42")]
    [InlineData(ReasoningParser.Think, "", " plain <think>", "", " plain <think>")]
    [InlineData(ReasoningParser.Think, "", "<thin", "", "<thin")]
    [InlineData(ReasoningParser.Think, "", "<think>cut off </th", "cut off </th", "")]
    [InlineData(ReasoningParser.Think, "", "<think></think>42", "", "42")]
    [InlineData(ReasoningParser.DeepSeekR1, "", "so</think>\n42\n", "so", "42\n")]
    [InlineData(ReasoningParser.DeepSeekR1, "", Thought, "I <b>see</b> </thin", "42 </think>")]
    [InlineData(ReasoningParser.DeepSeekR1, "", "<thi", "<thi", "")]
    [InlineData(ReasoningParser.None, "<think>\n", Thought, "", Thought)]
    public async Task Reasoning_IsToldFromTheAnswer_HoweverItIsCut(
        ReasoningParser parser, string promptEnd, string said, string reasoning, string answer)
    {
        await using TestServer server = await StartAsync(parser, promptEnd);
        foreach (int length in (int[])[1, 3, 7, 100])
        {
            server.Engine.Answer([.. said.Chunk(length).Select(piece => new string(piece))]);

            (_, JsonNode body) = await server.AskAsync(Path, Question);
            JsonNode[] deltas = await DeltasAsync(server, """{"messages":"hi","stream":true}""");

            JsonNode message = body["choices"]![0]!["message"]!;
            Assert.Equal(reasoning, (string?)message["reasoning_content"] ?? "");
            Assert.Equal(answer, (string?)message["content"]);
            Assert.Equal(reasoning, string.Concat(deltas.Select(delta => (string?)delta["reasoning_content"])));
            Assert.Equal(answer, string.Concat(deltas.Select(delta => (string?)delta["content"])));
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(6, 5)]
    public async Task Usage_CountsTheTokensOfReasoning(int tokensPerUpdate, int expected)
    {
        string[] tokens = ["<th", "ink>I", " see", ".</thi", "nk>", "42"];
        await using TestServer server = await StartAsync(ReasoningParser.Think);
        server.Engine.Tokens = tokens;
        server.Engine.Script = (request, _) => SayTokens(request, tokens, tokensPerUpdate);

        (_, JsonNode body) = await server.AskAsync(Path, Question);
        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, """{"messages":"hi","stream":true,"stream_options":{"include_usage":true}}""");

        JsonNode last = JsonNode.Parse(events[^2].Data)!;
        Assert.Equal(6, (int?)body["usage"]!["completion_tokens"]);
        Assert.Equal(expected, (int?)body["usage"]!["completion_tokens_details"]!["reasoning_tokens"]);
        Assert.Equal(expected, (int?)last["usage"]!["completion_tokens_details"]!["reasoning_tokens"]);
    }

    [Theory]
    [InlineData("""{"messages":"hi","enable_thinking":false}""")]
    [InlineData("""{"messages":"hi","chat_template_kwargs":{"enable_thinking":false}}""")]
    public async Task ARequest_CanDoWithout(string request)
    {
        await using TestServer server = await StartAsync(ReasoningParser.DeepSeekR1);
        server.Engine.Answer("so</think>42");

        (_, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal("so</think>42", (string?)body["choices"]![0]!["message"]!["content"]);
        Assert.False(Assert.Single(server.Engine.Requests).ShowsSpecialTokens);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("<think>\n", true)]
    public async Task AFormat_HoldsBehindTheReasoning(string promptEnd, bool isOpen)
    {
        await using TestServer server = await StartAsync(ReasoningParser.Think, promptEnd);

        await server.AskAsync(Path, """{"messages":"hi","response_format":{"type":"json_object"}}""");

        CompletionRequest request = Assert.Single(server.Engine.Requests);
        Assert.Equal(
            new OutputConstraint.AfterReasoning("<think>", "</think>", isOpen, new OutputConstraint.JsonObject()),
            request.Constraint);
        Assert.True(request.ShowsSpecialTokens);
    }

    [Fact]
    public async Task Calls_AreReadBehindTheReasoning()
    {
        const string Call = "<call>{\"name\":\"time\",\"parameters\":{}}</call>";
        await using TestServer server = await StartAsync(ReasoningParser.Think);
        server.Engine.Answer([.. $"<think>use {Call}?</think>\n{Call}".Chunk(5).Select(piece => new string(piece))]);

        JsonNode[] deltas = await DeltasAsync(
            server, """
            {"messages":"hi","stream":true,"tools":[{"type":"function","function":{"name":"time"}}]}
            """);

        Assert.Equal($"use {Call}?", string.Concat(deltas.Select(delta => (string?)delta["reasoning_content"])));
        Assert.Equal("", string.Concat(deltas.Select(delta => (string?)delta["content"])));
        Assert.Single(deltas, delta => delta["tool_calls"]?[0]?["id"] is not null);
    }

    [Fact]
    public async Task Responses_CountReasoning_AndLeaveItOut()
    {
        await using TestServer server = await StartAsync(ReasoningParser.Think);
        server.Engine.Answer("<think>", "so", "</think>", "42");

        (_, JsonNode body) = await server.AskAsync("/v1/responses", """{"input":"hi"}""");

        JsonNode item = Assert.Single(body["output"]!.AsArray())!;
        Assert.Equal("42", (string?)item["content"]![0]!["text"]);
        Assert.Equal(3, (int?)body["usage"]!["output_tokens_details"]!["reasoning_tokens"]);
    }

    private static Task<TestServer> StartAsync(ReasoningParser parser, string promptEnd = "") =>
        TestServer.StartAsync(
            new ScriptedEngine { PromptEnd = promptEnd }, new ServerOptions { Reasoning = parser });

    private static async Task<JsonNode[]> DeltasAsync(TestServer server, string request) =>
        [.. (await server.StreamAsync(Path, request)).SkipLast(1)
            .Select(item => JsonNode.Parse(item.Data)!["choices"]![0]!["delta"]!)];

    /// <summary>Tokens whose ids are their places, several an update, as drafts bring them.</summary>
    private static async IAsyncEnumerable<CompletionUpdate> SayTokens(
        CompletionRequest request, string[] tokens, int perUpdate)
    {
        for (int at = 0; at < tokens.Length; at += perUpdate)
        {
            await Task.Yield();
            int end = Math.Min(at + perUpdate, tokens.Length);
            yield return ScriptedEngine.Update(request, 0, string.Concat(tokens[at..end])) with
            {
                TokenIds = [.. Enumerable.Range(at, end - at)],
                FinishReason = end == tokens.Length ? FinishReason.Stop : null,
            };
        }
    }
}
