using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Anthropic;

public class MessagesTests
{
    private const string Path = "/v1/messages";
    private const string Call = "<call>{\"name\":\"time\",\"parameters\":{\"zone\":8}}</call>";
    private const string Tools = """
        "tools":[{"name":"time","input_schema":{"type":"object"}},{"name":"place","input_schema":{"type":"object"}}]
        """;

    [Fact]
    public async Task Post_AnswersInBlocks()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("So: ", Call);

        (int status, JsonNode body) = await server.AskAsync(Path, $$"""
            {"model":"scripted","max_tokens":9,"system":[{"type":"text","text":"be brief"}],
            "messages":[{"role":"user","content":"hi"}],"stop_sequences":["END"],{{Tools}}}
            """);

        CompletionRequest request = Assert.Single(server.Engine.Requests);
        Assert.Equal(200, status);
        Assert.Equal("So: ", (string?)body["content"]![0]!["text"]);
        Assert.Equal("tool_use", (string?)body["content"]![1]!["type"]);
        Assert.Equal(8, (int?)body["content"]![1]!["input"]!["zone"]);
        Assert.Equal("tool_use", (string?)body["stop_reason"]);
        Assert.Equal((21, 3, 2), (
            (int)body["usage"]!["input_tokens"]!, (int)body["usage"]!["cache_read_input_tokens"]!,
            (int)body["usage"]!["output_tokens"]!));
        Assert.Equal("system:be brief\nuser:hi\n", server.Engine.Decode(((Prompt.OfTokens)request.Prompt).TokenIds));
        Assert.Equal((9, "END"), (request.Sampling.MaxTokens, request.Sampling.StopStrings.Single()));
    }

    [Fact]
    public async Task Stream_StartsAndStopsEachBlock()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("So", ": ", Call);

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(Path, $$"""
            {"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stream":true,{{Tools}}}
            """);

        JsonNode[] data = [.. events.Select(item => JsonNode.Parse(item.Data)!)];
        Assert.Equal(
            [
                "message_start", "content_block_start", "content_block_delta", "content_block_delta",
                "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop",
            ],
            events.Select(item => item.EventType));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], data.Where(item => item["index"] is not null).Select(
            item => (int)item["index"]!));
        Assert.Equal("{\"zone\":8}", (string?)data[6]["delta"]!["partial_json"]);
        Assert.Equal("tool_use", (string?)data[8]["delta"]!["stop_reason"]);
        Assert.Equal(3, (int?)data[8]["usage"]!["output_tokens"]);
    }

    [Theory]
    [InlineData("", "thinking text")]
    [InlineData(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "thinking text")]
    [InlineData(",\"thinking\":{\"type\":\"disabled\"}", "text")]
    public async Task Reasoning_IsABlockOfItsOwn(string thinking, string expected)
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { Reasoning = ReasoningParser.Think });
        server.Engine.Answer("<thi", "nk>so", "</think>", "42");

        (_, JsonNode body) = await server.AskAsync(
            Path, $$"""{"max_tokens":9,"messages":[{"role":"user","content":"hi"}]{{thinking}}}""");

        JsonArray content = body["content"]!.AsArray();
        Assert.Equal(expected, string.Join(' ', content.Select(block => (string?)block!["type"])));
        Assert.Equal("42", (string?)content[^1]!["text"]);
        Assert.Equal(expected == "text" ? null : "so", (string?)content[0]!["thinking"]);
    }

    [Fact]
    public async Task Reasoning_StreamsAsThinking()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { Reasoning = ReasoningParser.Think });
        server.Engine.Answer("<think>s", "o", "</think>", "42");

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(Path, """
            {"max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":
            [{"type":"thinking","thinking":"before","signature":""},{"type":"text","text":"yes"}]},
            {"role":"user","content":"so?"}]}
            """);

        JsonNode[] data = [.. events.Select(item => JsonNode.Parse(item.Data)!)];
        Assert.Equal(["thinking", "text"], data.Where(item => item["content_block"] is not null).Select(
            item => (string?)item["content_block"]!["type"]));
        Assert.Equal(["thinking_delta", "thinking_delta", "text_delta"], data.Where(
            item => (string?)item["type"] == "content_block_delta").Select(item => (string?)item["delta"]!["type"]));
        Assert.Equal("so", string.Concat(data.Select(item => (string?)item["delta"]?["thinking"])));
        Assert.Equal("user:hi\nassistant:yes\nuser:so?\n", server.Engine.Decode(
            ((Prompt.OfTokens)Assert.Single(server.Engine.Requests).Prompt).TokenIds));
    }

    [Fact]
    public async Task StopSequence_IsNamed()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => Stopped(request);

        (_, JsonNode body) = await server.AskAsync(
            Path, """{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],"stop_sequences":["END"]}""");

        Assert.Equal(("stop_sequence", "END"), ((string?)body["stop_reason"], (string?)body["stop_sequence"]));
    }

    [Fact]
    public async Task Messages_CarryUsesAndResults()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync($"{Path}/count_tokens", """
            {"messages":[{"role":"user","content":"hi"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"time","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"noon"},
            {"type":"text","text":"so"}]}]}
            """);

        Assert.Equal(200, status);
        Assert.Equal("user:hi\nassistant:\ntool:noon\nuser:so\n".Length, (int?)body["input_tokens"]);
    }

    [Theory]
    [InlineData("\"tool_choice\":{\"type\":\"any\"}", "time place", true)]
    [InlineData("\"tool_choice\":{\"type\":\"tool\",\"name\":\"place\",\"disable_parallel_tool_use\":true}", "place", false)]
    public async Task Choice_ConstrainsTheCompletion(string choice, string expected, bool several)
    {
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync(
            Path, $$"""{"max_tokens":9,"messages":[{"role":"user","content":"hi"}],{{Tools}},{{choice}}}""");

        var constraint = Assert.IsType<OutputConstraint.ToolCalls>(Assert.Single(server.Engine.Requests).Constraint);
        Assert.Equal(expected, string.Join(' ', constraint.Tools.Select(tool => tool.Name)));
        Assert.Equal(several, constraint.AllowsSeveral);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("""{"max_tokens":9,"messages":[]}""", "messages")]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"system","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image"}]}]}""",
        "messages[0].content[0].type")]
    [InlineData("""{"max_tokens":9,"messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled"}}""",
        "thinking")]
    public async Task Errors_SayThatTheyAre(string request, string parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal(400, status);
        Assert.Equal("error", (string?)body["type"]);
        Assert.Equal("invalid_request_error", (string?)body["error"]!["type"]);
        Assert.Equal(parameter, (string?)body["error"]!["param"]);
    }

    private static async IAsyncEnumerable<CompletionUpdate> Stopped(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "He") with
        {
            FinishReason = FinishReason.Stop,
            StopString = "END",
        };
    }
}
