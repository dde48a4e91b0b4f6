using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Clients;

/// <summary>OpenAI's own library for .NET, unmodified, against the server.</summary>
public class DotNetClientTests
{
    private static readonly ChatTool _weather = ChatTool.CreateFunctionTool(
        "weather", "The weather now.", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task Chat_Answers()
    {
        await using TestServer server = await TestServer.StartAsync();

        ChatCompletion completion = await ChatOf(server).CompleteChatAsync(
            [new SystemChatMessage("be brief"), new UserChatMessage("hi")],
            new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 20, IncludeLogProbabilities = true });

        Assert.Equal("Hello, world.", completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal(4, completion.Usage.OutputTokenCount);
        Assert.Equal(3, completion.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(4, completion.ContentTokenLogProbabilities.Count);
    }

    [Fact]
    public async Task Chat_Streams()
    {
        await using TestServer server = await TestServer.StartAsync();
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;

        await foreach (StreamingChatCompletionUpdate update in ChatOf(server).CompleteChatStreamingAsync("hi"))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            usage = update.Usage ?? usage;
            reason = update.FinishReason ?? reason;
        }

        Assert.Equal("Hello, world.", text.ToString());
        Assert.Equal(ChatFinishReason.Stop, reason);
        Assert.Equal(4, usage!.OutputTokenCount);
    }

    [Fact]
    public async Task Chat_CallsToolsAndGoesOn()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("<call>{\"name\":\"weather\",", "\"parameters\":{\"city\":\"上海\"}}</call>");
        List<ChatMessage> messages = [new UserChatMessage("hi")];

        ChatCompletion called = await ChatOf(server).CompleteChatAsync(
            messages, new ChatCompletionOptions { Tools = { _weather }, ToolChoice = ChatToolChoice.CreateRequiredChoice() });
        messages.Add(new AssistantChatMessage(called));
        messages.Add(new ToolChatMessage(called.ToolCalls[0].Id, "rain"));
        server.Engine.Answer("It rains.");
        ChatCompletion answered = await ChatOf(server).CompleteChatAsync(
            messages, new ChatCompletionOptions { Tools = { _weather } });

        Assert.Equal(ChatFinishReason.ToolCalls, called.FinishReason);
        Assert.Equal("weather", called.ToolCalls[0].FunctionName);
        Assert.Equal("上海", JsonDocument.Parse(called.ToolCalls[0].FunctionArguments).RootElement
            .GetProperty("city").GetString());
        Assert.Equal("It rains.", answered.Content[0].Text);
    }

    [Fact]
    public async Task Chat_StreamsToolCalls()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("<call>{\"name\":\"weather\",", "\"parameters\":{\"city\":", "\"x\"}}</call>");
        var arguments = new StringBuilder();
        List<string> names = [];

        await foreach (StreamingChatCompletionUpdate update in ChatOf(server).CompleteChatStreamingAsync(
            [new UserChatMessage("hi")], new ChatCompletionOptions { Tools = { _weather } }))
        {
            foreach (StreamingChatToolCallUpdate call in update.ToolCallUpdates)
            {
                arguments.Append(call.FunctionArgumentsUpdate);
                names.AddRange(call.FunctionName is { Length: > 0 } name ? [name] : Array.Empty<string>());
            }
        }

        Assert.Equal(["weather"], names);
        Assert.Equal("{\"city\":\"x\"}", arguments.ToString());
    }

    [Fact]
    public async Task StructuredOutput_ReachesTheEngineAsASchema()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Answer("{\"n\":1}");

        ChatCompletion completion = await ChatOf(server).CompleteChatAsync(
            [new UserChatMessage("hi")],
            new ChatCompletionOptions
            {
                ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                    "x", BinaryData.FromString("""{"type":"object"}"""), jsonSchemaIsStrict: true),
            });

        Assert.Equal("{\"n\":1}", completion.Content[0].Text);
        Assert.IsType<OutputConstraint.JsonSchema>(Assert.Single(server.Engine.Requests).Constraint);
    }

    [Fact]
    public async Task Embeddings_AreVectors()
    {
        await using TestServer server = await TestServer.StartAsync();

        OpenAIEmbeddingCollection vectors = await ClientOf(server).GetEmbeddingClient("scripted")
            .GenerateEmbeddingsAsync(["a", "bcd"]);

        Assert.Equal([0.5f, -0.5f, 0.5f, 4], vectors[1].ToFloats().ToArray());
    }

    [Fact]
    public async Task Models_AreListed()
    {
        await using TestServer server = await TestServer.StartAsync();

        OpenAIModelCollection models = await ClientOf(server).GetOpenAIModelClient().GetModelsAsync();

        Assert.Equal(["scripted", "pirate"], models.Select(model => model.Id));
    }

    [Theory]
    [InlineData("gpt", 404, "model_not_found")]
    [InlineData("scripted", 400, "context_length_exceeded")]
    public async Task Errors_HaveStatusAndCode(string model, int status, string code)
    {
        await using TestServer server = await TestServer.StartAsync();
        ChatClient client = ClientOf(server).GetChatClient(model);

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(
            () => client.CompleteChatAsync(new string('x', 600)));

        Assert.Equal(status, error.Status);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_InTheMiddleOfAStream_AreSeen()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => FailLater(request);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (StreamingChatCompletionUpdate update in ChatOf(server).CompleteChatStreamingAsync("hi"))
            {
                Assert.NotNull(update);
            }
        });
    }

    [Fact]
    public async Task WrongKey_IsRefused()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["right"] });

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(
            () => ChatOf(server).CompleteChatAsync("hi"));

        Assert.Equal(401, error.Status);
    }

    private static ChatClient ChatOf(TestServer server) => ClientOf(server).GetChatClient("scripted");

    private static OpenAIClient ClientOf(TestServer server) => new(
        new ApiKeyCredential("wrong"),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(server.Address, "/v1"),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });

    private static async IAsyncEnumerable<CompletionUpdate> FailLater(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "Hel");
        throw new InvalidDataException("broken");
    }
}
