using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Clients;

namespace Puyu.Inference.Tests.Clients;

public class EngineChatClientTests
{
    private static readonly ToolCallSyntax _syntax = new("<call>", "</call>", "arguments");

    [Fact]
    public async Task GetResponseAsync_JoinsTheUpdates_AndCountsTokens()
    {
        var engine = new ScriptedEngine(["Hel", "lo"]);
        using var client = new EngineChatClient(engine, TimeProvider.System);

        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hi")],
            new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 7, StopSequences = ["x"], Seed = 3 });

        Assert.Equal("Hello", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal((11, 2, 4), (
            response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.CachedInputTokenCount));
        CompletionRequest request = engine.Requests.Single();
        Assert.Equal(
            [("system", "Be brief."), ("user", "Hi")],
            ((Prompt.OfMessages)request.Prompt).Messages.Select(message => (message.Role, message.Content)));
        Assert.Equal((0.5f, 7, 3UL), (request.Sampling.Temperature, request.Sampling.MaxTokens, request.Sampling.Seed));
        Assert.Equal(["x"], request.Sampling.StopStrings);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_FindsCalls_HoweverTheyAreCut()
    {
        const string Said = "Let me see. <call>{\"name\": \"add\", \"arguments\": {\"a\": 1}}</call>"
            + "<call>{\"name\": \"now\"}</call> done <call>{oops</call>";
        AIFunction add = AIFunctionFactory.Create((int a) => a, "add");
        for (int length = 1; length < 12; length++)
        {
            var engine = new ScriptedEngine(Said.Chunk(length).Select(piece => new string(piece)).ToArray());
            using var client = new EngineChatClient(engine, TimeProvider.System);

            ChatResponse response =
                await client.GetResponseAsync([new(ChatRole.User, "Hi")], new ChatOptions { Tools = [add] });

            FunctionCallContent[] calls =
                [.. response.Messages[0].Contents.OfType<FunctionCallContent>()];
            Assert.Equal("Let me see.  done <call>{oops</call>", response.Text);
            Assert.Equal(["add", "now"], calls.Select(call => call.Name));
            Assert.Equal("1", calls[0].Arguments!["a"]!.ToString());
            Assert.NotEqual(calls[0].CallId, calls[1].CallId);
            Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            Assert.Equal("add", ((Prompt.OfMessages)engine.Requests.Single().Prompt).Tools.Single().Name);
        }
    }

    [Fact]
    public async Task GetResponseAsync_PassesCallsAndResultsOn()
    {
        var engine = new ScriptedEngine(["ok"]);
        using var client = new EngineChatClient(engine, TimeProvider.System);
        var call = new FunctionCallContent("7", "add", new Dictionary<string, object?> { ["a"] = 1 });

        await client.GetResponseAsync(
        [
            new(ChatRole.User, "Hi"),
            new(ChatRole.Assistant, [call]),
            new(ChatRole.Tool, [new FunctionResultContent("7", 42)]),
        ]);

        IReadOnlyList<PromptMessage> messages = ((Prompt.OfMessages)engine.Requests.Single().Prompt).Messages;
        Assert.Equal(["user", "assistant", "tool"], messages.Select(message => message.Role));
        Assert.Equal(new ToolCall("7", "add", """{"a":1}"""), messages[1].ToolCalls.Single());
        Assert.Equal(("42", "7"), (messages[2].Content, messages[2].ToolCallId));
    }

    [Fact]
    public async Task GetResponseAsync_AsksForAFormat()
    {
        var engine = new ScriptedEngine(["{}"]);
        using var client = new EngineChatClient(engine, TimeProvider.System);

        await client.GetResponseAsync(
            [new(ChatRole.User, "Hi")], new ChatOptions { ResponseFormat = ChatResponseFormat.Json });

        Assert.IsType<OutputConstraint.JsonObject>(engine.Requests.Single().Constraint);
    }

    [Fact]
    public async Task GetResponseAsync_AsksForAFormat_OrCalls()
    {
        var engine = new ScriptedEngine(["{}"]);
        using var client = new EngineChatClient(engine, TimeProvider.System);
        AIFunction add = AIFunctionFactory.Create((int a) => a, "add");

        await client.GetResponseAsync(
            [new(ChatRole.User, "Hi")],
            new ChatOptions { ResponseFormat = ChatResponseFormat.Json, Tools = [add] });

        var either = Assert.IsType<OutputConstraint.AnyOf>(engine.Requests.Single().Constraint);
        Assert.IsType<OutputConstraint.JsonObject>(either.Options[0]);
        Assert.Equal("add", Assert.IsType<OutputConstraint.ToolCalls>(either.Options[1]).Tools.Single().Name);
    }

    [Fact]
    public async Task GenerateAsync_EmbedsEachText()
    {
        var engine = new ScriptedEngine([]);
        using var generator = new EngineEmbeddingGenerator(engine);

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["a", "bcd"]);

        Assert.Equal([1f, 3f], embeddings.Select(embedding => embedding.Vector.Span[0]));
        Assert.Equal(4, embeddings.Usage!.InputTokenCount);
        await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 9 }));
    }

    /// <summary>Says what it is told to, a token a piece.</summary>
    private sealed class ScriptedEngine(string[] pieces) : IInferenceEngine
    {
        public List<CompletionRequest> Requests { get; } = [];

        public EngineCard Card { get; } = new()
        {
            Name = "scripted",
            ContextLength = 100,
            VocabSize = 10,
            EmbeddingSize = 1,
            Loaded = default,
            ToolCalls = _syntax,
        };

        public EngineStatistics Statistics { get; } = new();

        public bool IsSleeping => false;

        public IReadOnlyList<int> Encode(string text, bool addsBeginning) => [.. text.Select(character => (int)character)];

        public string Decode(IReadOnlyList<int> tokenIds) => throw new NotSupportedException();

        public IReadOnlyList<int> EncodePrompt(Prompt prompt) => throw new NotSupportedException();

        public async IAsyncEnumerable<CompletionUpdate> CompleteAsync(
            CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Requests.Add(request);
            for (int i = 0; i < pieces.Length; i++)
            {
                await Task.Yield();
                yield return new CompletionUpdate
                {
                    Text = pieces[i],
                    TokenIds = [i],
                    FinishReason = i == pieces.Length - 1 ? FinishReason.Stop : null,
                    PromptTokens = 11,
                    CachedTokens = 4,
                };
            }
        }

        public Task<float[]> EmbedAsync(IReadOnlyList<int> tokenIds, CancellationToken cancellationToken) =>
            Task.FromResult<float[]>([tokenIds.Count]);

        public Task LoadAdapterAsync(string name, string folder, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task UnloadAdapterAsync(string name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public int Abort(string? sessionId) => 0;

        public bool EndSession(string sessionId) => false;

        public Task SleepAsync(int level, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WakeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
