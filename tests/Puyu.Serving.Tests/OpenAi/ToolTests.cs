using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class ToolTests
{
    private const string Path = "/v1/chat/completions";

    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"weather","description":"now","parameters":{"type":"object"}}},
        {"type":"function","function":{"name":"time"}}]
        """;

    private static readonly string[] _twoCalls =
    [
        "Let me ", "see. <ca", "ll>{\"name\":\"wea", "ther\",\"parameters\":{\"city\"", ":\"上海\"}}</", "call>",
        "<call>{\"name\":\"time\",\"parameters\":{}}</call>",
    ];

    [Fact]
    public async Task Calls_AreTakenOutOfTheText()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer(_twoCalls);

        (_, JsonNode body) = await server.AskAsync(Path, $$"""{"messages":"hi",{{Tools}}}""");

        JsonNode choice = body["choices"]![0]!;
        JsonArray calls = choice["message"]!["tool_calls"]!.AsArray();
        Assert.Equal("tool_calls", (string?)choice["finish_reason"]);
        Assert.Equal("Let me see. ", (string?)choice["message"]!["content"]);
        Assert.Equal(["weather", "time"], calls.Select(call => (string?)call!["function"]!["name"]));
        Assert.Equal("{\"city\":\"上海\"}", (string?)calls[0]!["function"]!["arguments"]);
        Assert.Equal(2, calls.Select(call => (string?)call!["id"]).Distinct().Count());
    }

    [Fact]
    public async Task Stream_GivesIdAndNameOnce_AndFragmentsThatJoin()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer(_twoCalls);

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, $$"""{"messages":"hi","stream":true,{{Tools}}}""");

        JsonNode[] choices = [.. events.SkipLast(1).Select(item => JsonNode.Parse(item.Data)!["choices"]![0]!)];
        JsonNode[] calls = [.. choices.Where(choice => choice["delta"]!["tool_calls"] is not null)
            .Select(choice => choice["delta"]!["tool_calls"]![0]!)];
        Assert.Equal("Let me see. ", string.Concat(choices.Select(choice => (string?)choice["delta"]!["content"])));
        Assert.All(calls, call => Assert.NotNull(call["index"]));
        Assert.Equal([0, 1], calls.Where(call => call["id"] is not null).Select(call => (int)call["index"]!));
        Assert.Equal(["weather", "time"], calls.Where(call => call["id"] is not null).Select(
            call => (string?)call["function"]!["name"]));
        Assert.Equal("{\"city\":\"上海\"}", string.Concat(calls.Where(call => (int)call["index"]! == 0).Select(
            call => (string?)call["function"]!["arguments"])));
        Assert.Equal("tool_calls", (string?)choices[^1]["finish_reason"]);
    }

    [Theory]
    [InlineData("\"required\"", "weather time")]
    [InlineData("""{"type":"function","function":{"name":"time"}}""", "time")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"time"}}]}}""", "time")]
    public async Task Choice_ConstrainsTheCompletion(string choice, string expected)
    {
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync(
            Path, $$"""{"messages":"hi",{{Tools}},"tool_choice":{{choice}},"parallel_tool_calls":false}""");

        CompletionRequest request = Assert.Single(server.Engine.Requests);
        var constraint = Assert.IsType<OutputConstraint.ToolCalls>(request.Constraint);
        Assert.Equal(expected, string.Join(' ', constraint.Tools.Select(tool => tool.Name)));
        Assert.False(constraint.AllowsSeveral);
        Assert.True(request.ShowsSpecialTokens);
    }

    [Theory]
    [InlineData("\"auto\"", "JsonObject ToolCalls")]
    [InlineData("\"none\"", "JsonObject")]
    [InlineData("\"required\"", "ToolCalls")]
    [InlineData("""{"type":"function","function":{"name":"time"}}""", "ToolCalls")]
    public async Task Format_StandsBesideCallsThatAreAllowed_AndBehindThoseDemanded(string choice, string expected)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync(
            Path,
            $$"""{"messages":"hi",{{Tools}},"tool_choice":{{choice}},"response_format":{"type":"json_object"} }""");

        OutputConstraint constraint = Assert.Single(server.Engine.Requests).Constraint!;
        IReadOnlyList<OutputConstraint> options = (constraint as OutputConstraint.AnyOf)?.Options ?? [constraint];
        Assert.Equal(200, status);
        Assert.Equal(expected, string.Join(' ', options.Select(option => option.GetType().Name)));
    }

    [Theory]
    [InlineData("{\"city\":\"上海\"}", "stop", "{\"city\":\"上海\"}", "")]
    [InlineData("<call>{\"name\":\"time\",\"parameters\":{\"z\":1}}</call>", "tool_calls", "", "{\"z\":1}")]
    public async Task Format_WithTools_StreamsEither(string said, string reason, string content, string arguments)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer([.. said.Chunk(3).Select(piece => new string(piece))]);

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, $$"""{"messages":"hi","stream":true,{{Tools}},"response_format":{"type":"json_object"} }""");

        JsonNode[] choices = [.. events.SkipLast(1).Select(item => JsonNode.Parse(item.Data)!["choices"]![0]!)];
        Assert.Equal(content, string.Concat(choices.Select(choice => (string?)choice["delta"]!["content"])));
        Assert.Equal(arguments, string.Concat(choices.Select(
            choice => (string?)choice["delta"]!["tool_calls"]?[0]!["function"]!["arguments"])));
        Assert.Equal(reason, (string?)choices[^1]["finish_reason"]);
    }

    [Fact]
    public async Task None_LeavesTheTextAsItIs()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("<call>{}</call>");

        (_, JsonNode body) = await server.AskAsync(Path, $$"""{"messages":"hi",{{Tools}},"tool_choice":"none"}""");

        Assert.Equal("<call>{}</call>", (string?)body["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)body["choices"]![0]!["finish_reason"]);
    }

    [Theory]
    [InlineData("""{"type":"function","function":{"name":"other"}}""", "tool_choice")]
    [InlineData("\"maybe\"", "tool_choice")]
    [InlineData("7", "tool_choice")]
    public async Task Choice_OfNothingThereIs_IsAnError(string choice, string parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(
            Path, $$"""{"messages":"hi",{{Tools}},"tool_choice":{{choice}}}""");

        Assert.Equal(400, status);
        Assert.Equal(parameter, (string?)body["error"]!["param"]);
    }

    [Fact]
    public async Task Tools_AreRefused_WhereTheModelWasNotMadeForThem()
    {
        var engine = new ScriptedEngine();
        engine.Card = engine.Card with { ToolCalls = null };
        await using TestServer server = await TestServer.StartAsync(engine);

        (int status, JsonNode body) = await server.AskAsync(Path, $$"""{"messages":"hi",{{Tools}}}""");

        Assert.Equal(400, status);
        Assert.Equal("tools", (string?)body["error"]!["param"]);
    }

    [Fact]
    public async Task Messages_CarryCallsAndResults()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync(Path, """
            {"session_id":1,"messages":[{"role":"user","content":"hi"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
            "function":{"name":"time","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"noon"}]}
            """);

        var prompt = (Prompt.OfMessages)Assert.Single(server.Engine.Requests).Prompt;
        Assert.Equal(200, status);
        Assert.Equal(new ToolCall("c1", "time", "{}"), Assert.Single(prompt.Messages[1].ToolCalls));
        Assert.Equal("c1", prompt.Messages[2].ToolCallId);
    }
}
