using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class ResponseTests
{
    private const string Path = "/v1/responses";
    private const string Call = "<call>{\"name\":\"time\",\"parameters\":{\"zone\":8}}</call>";

    private const string Tools = """
        "tools":[{"type":"function","name":"time","parameters":{"type":"object"},"strict":true}]
        """;

    [Fact]
    public async Task Post_AnswersWithItems()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("So: ", Call);

        (int status, JsonNode body) = await server.AskAsync(
            Path, $$"""{"model":"scripted","input":"hi","instructions":"be brief",{{Tools}}}""");

        JsonArray output = body["output"]!.AsArray();
        Assert.Equal(200, status);
        Assert.Equal("completed", (string?)body["status"]);
        Assert.Equal("So: ", (string?)output[0]!["content"]![0]!["text"]);
        Assert.Equal("function_call", (string?)output[1]!["type"]);
        Assert.Equal("{\"zone\":8}", (string?)output[1]!["arguments"]);
        Assert.Equal("be brief", (string?)body["instructions"]);
        Assert.Equal(2, (int?)body["usage"]!["output_tokens"]);
        Assert.Equal("system:be brief\nuser:hi\n", server.Engine.Decode(
            ((Prompt.OfTokens)Assert.Single(server.Engine.Requests).Prompt).TokenIds));
    }

    [Fact]
    public async Task Stream_AddsGrowsAndEndsEachItem()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("So", ": ", Call);

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, $$"""{"input":"hi","stream":true,{{Tools}}}""");

        JsonNode[] data = [.. events.Select(item => JsonNode.Parse(item.Data)!)];
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.output_item.added",
                "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done", "response.completed",
            ],
            events.Select(item => item.EventType));
        Assert.Equal(Enumerable.Range(0, data.Length), data.Select(item => (int)item["sequence_number"]!));
        Assert.Equal([0, 1], data.Where(item => (string?)item["type"] == "response.output_item.done").Select(
            item => (int)item["output_index"]!));
        Assert.Equal(2, data[^1]["response"]!["output"]!.AsArray().Count);
        Assert.Single(data.Where(item => item["response"] is not null).Select(
            item => (string?)item["response"]!["id"]).Distinct());
    }

    [Fact]
    public async Task Length_MakesTheResponseIncomplete()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => Cut(request);

        (_, JsonNode body) = await server.AskAsync(Path, """{"input":"hi","max_output_tokens":1}""");

        Assert.Equal("incomplete", (string?)body["status"]);
        Assert.Equal("max_output_tokens", (string?)body["incomplete_details"]!["reason"]);
    }

    [Fact]
    public async Task Input_CarriesCallsAndResults()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, _) = await server.AskAsync(Path, """
            {"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},
            {"type":"function_call","call_id":"c","name":"time","arguments":"{}"},
            {"type":"function_call_output","call_id":"c","output":"noon"}],
            "text":{"format":{"type":"json_schema","name":"x","schema":{"type":"object"}}}}
            """);

        CompletionRequest request = Assert.Single(server.Engine.Requests);
        Assert.Equal(200, status);
        Assert.Equal("user:hi\nassistant:\ntool:noon\n", server.Engine.Decode(((Prompt.OfTokens)request.Prompt).TokenIds));
        Assert.Equal(new OutputConstraint.JsonSchema("""{"type":"object"}"""), request.Constraint);
    }

    [Theory]
    [InlineData("""{"input":"x","previous_response_id":"resp_1"}""", "previous_response_id")]
    [InlineData("""{"input":"x","background":true}""", "background")]
    [InlineData("""{"input":"x","truncation":"auto"}""", "truncation")]
    [InlineData("""{"input":[{"type":"item_reference","id":"x"}]}""", "input[0].type")]
    [InlineData("""{"input":[]}""", "input")]
    public async Task Post_NamesTheParameterAtFault(string request, string parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal(400, status);
        Assert.Equal(parameter, (string?)body["error"]!["param"]);
    }

    private static async IAsyncEnumerable<CompletionUpdate> Cut(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "He") with { FinishReason = FinishReason.Length };
    }
}
