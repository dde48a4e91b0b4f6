using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class CompletionTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public async Task Post_CompletesEachPromptNTimes()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(
            Path, """{"model":"scripted","prompt":["a","bc"],"n":2}""");

        Assert.Equal(200, status);
        Assert.Equal("text_completion", (string?)body["object"]);
        Assert.Equal([0, 1, 2, 3], body["choices"]!.AsArray().Select(choice => (int)choice!["index"]!));
        Assert.All(body["choices"]!.AsArray(), choice => Assert.Equal("Hello, world.", (string?)choice!["text"]));
        Assert.Equal(2 + 3, (int?)body["usage"]!["prompt_tokens"]);
        Assert.Equal(4 * 4, (int?)body["usage"]!["completion_tokens"]);
    }

    [Theory]
    [InlineData("[65,66]", 1)]
    [InlineData("[[65,66],[67]]", 2)]
    [InlineData("\"x\"", 1)]
    public async Task Post_TakesTextsAndTokenIds(string prompt, int prompts)
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode body) = await server.AskAsync(Path, $$"""{"prompt":{{prompt}}}""");

        Assert.Equal(prompts, body["choices"]!.AsArray().Count);
        Assert.All(server.Engine.Requests, request => Assert.Equal(16, request.Sampling.MaxTokens));
    }

    [Fact]
    public async Task ManyPrompts_DoNotRunAllAtOnce()
    {
        await using TestServer server = await TestServer.StartAsync();
        int running = 0;
        int most = 0;
        server.Engine.Script = (request, _) => Count(request);

        (int status, JsonNode body) = await server.AskAsync(
            Path, $$"""{"prompt":[{{string.Join(',', Enumerable.Repeat("[65]", 300))}}]}""");

        Assert.Equal(200, status);
        Assert.Equal(300, body["choices"]!.AsArray().Count);
        Assert.InRange(most, 2, 64);

        async IAsyncEnumerable<CompletionUpdate> Count(CompletionRequest request)
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Task.Delay(1, CancellationToken.None);
            yield return ScriptedEngine.Update(request, 0, "x") with { FinishReason = FinishReason.Stop };
            Interlocked.Decrement(ref running);
        }
    }

    [Fact]
    public async Task Stream_IndexesTheChoicesOfAllPrompts()
    {
        await using TestServer server = await TestServer.StartAsync();

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            Path, """{"prompt":["a","b"],"n":2,"stream":true,"stream_options":{"include_usage":true}}""");

        JsonNode[] chunks = [.. events.SkipLast(1).Select(item => JsonNode.Parse(item.Data)!)];
        Assert.All(Enumerable.Range(0, 4), index => Assert.Equal("Hello, world.", string.Concat(
            chunks.SkipLast(1).Select(chunk => chunk["choices"]![0]!)
                .Where(choice => (int)choice["index"]! == index).Select(choice => (string?)choice["text"]))));
        Assert.Equal(16, (int?)chunks[^1]["usage"]!["completion_tokens"]);
    }

    [Fact]
    public async Task Echo_PutsThePromptAndItsScoresBefore()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode body) = await server.AskAsync(
            Path, """{"prompt":[72,105],"echo":true,"logprobs":1,"max_tokens":4,"n":2}""");

        JsonNode choice = body["choices"]![1]!;
        JsonNode scores = choice["logprobs"]!;
        Assert.Equal("HiHello, world.", (string?)choice["text"]);
        Assert.Equal(["H", "i", "Hello", ", ", "world", "."], scores["tokens"]!.AsArray().Select(token => (string?)token));
        Assert.Equal([0, 1, 2, 7, 9, 14], scores["text_offset"]!.AsArray().Select(offset => (int)offset!));
        Assert.Null(scores["token_logprobs"]![0]);
        Assert.Equal(-2, (float)scores["token_logprobs"]![1]!);
        Assert.Equal(-0.25f, (float)scores["top_logprobs"]![2]!["Hello0"]!);
    }

    [Fact]
    public async Task Echo_OfNothing_ScoresThePromptAlone()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode body) = await server.AskAsync(
            Path, """{"prompt":"Hi","echo":true,"logprobs":0,"max_tokens":0}""");

        Assert.Equal("Hi", (string?)body["choices"]![0]!["text"]);
        Assert.Equal(3, body["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Count);
        Assert.Equal(0, (int?)body["usage"]!["completion_tokens"]);
    }

    [Theory]
    [InlineData("""{"prompt":"x","suffix":"y"}""", "suffix")]
    [InlineData("""{"prompt":"x","best_of":3}""", "best_of")]
    [InlineData("""{"prompt":[]}""", "prompt")]
    [InlineData("""{"prompt":[1,-2]}""", "prompt[1]")]
    [InlineData("""{"prompt":[1,"a"]}""", "prompt[1]")]
    [InlineData("""{"prompt":["a",256]}""", "prompt[1]")]
    [InlineData("""{"prompt":[[256]]}""", "prompt[0][0]")]
    [InlineData("""{"prompt":7}""", "prompt")]
    [InlineData("""{"prompt":"x","logprobs":true}""", "logprobs")]
    [InlineData("""{"prompt":"x","min_tokens":90}""", "min_tokens")]
    public async Task Post_NamesTheParameterAtFault(string request, string parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal(400, status);
        Assert.Equal(parameter, (string?)body["error"]!["param"]);
    }

    [Theory]
    [InlineData("""{"prompt":"x","regex":"a+"}""", typeof(OutputConstraint.Regex))]
    [InlineData("""{"prompt":"x","grammar":"root ::= \"a\""}""", typeof(OutputConstraint.Grammar))]
    [InlineData("""{"prompt":"x","response_format":{"type":"json_object"}}""", typeof(OutputConstraint.JsonObject))]
    public async Task Constraints_ReachTheEngine(string request, Type expected)
    {
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync(Path, request);

        Assert.IsType(expected, Assert.Single(server.Engine.Requests).Constraint);
    }
}
