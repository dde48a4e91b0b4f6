using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Clients;

/// <summary>An engine of this process as a chat client, for programs that know that interface.</summary>
/// <remarks>
/// What <see cref="ChatOptions"/> leave open is as the model's authors recommend. A conversation id names a session of
/// the engine: its history goes before the messages.
/// </remarks>
/// <param name="engine">Not disposed with this.</param>
/// <param name="time">Dates the answers.</param>
public sealed class EngineChatClient(IInferenceEngine engine, TimeProvider time) : IChatClient
{
    private long _responses;

    /// <inheritdoc/>
    /// <exception cref="EngineException">The request cannot be served; the code says why.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in GetStreamingResponseAsync(messages, options, cancellationToken)
            .ConfigureAwait(false))
        {
            updates.Add(update);
        }

        return updates.ToChatResponse();
    }

    /// <inheritdoc/>
    /// <exception cref="EngineException">The request cannot be served; the code says why.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        CompletionRequest request = ChatRequests.Create(messages, options, engine.Card.Sampling);
        ToolCallReader? calls = request.ShowsSpecialTokens && engine.Card.ToolCalls is { } syntax
            ? new ToolCallReader(syntax)
            : null;
        string id = string.Create(CultureInfo.InvariantCulture, $"response_{Interlocked.Increment(ref _responses)}");
        int tokens = 0;
        bool hasCalls = false;
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, cancellationToken)
            .ConfigureAwait(false))
        {
            tokens += update.TokenIds.Count;
            IEnumerable<AIContent> contents = calls?.Append(update.Text) ?? [new TextContent(update.Text)];
            contents = update.FinishReason is null ? contents : contents.Concat(calls?.Flush() ?? []);
            ChatResponseUpdate next = Update(id, [.. contents]);
            hasCalls |= next.Contents.OfType<FunctionCallContent>().Any();
            if (update.FinishReason is { } reason)
            {
                next.FinishReason = hasCalls ? ChatFinishReason.ToolCalls
                    : reason == FinishReason.Length ? ChatFinishReason.Length
                    : ChatFinishReason.Stop;
                next.Contents.Add(Usage(update, tokens));
            }

            yield return next;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("puyu", null, engine.Card.Name)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ChatResponseUpdate Update(string id, List<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = id,
        MessageId = id,
        ModelId = engine.Card.Name,
        CreatedAt = time.GetUtcNow(),
    };

    private static UsageContent Usage(CompletionUpdate last, int tokens) => new(new UsageDetails
    {
        InputTokenCount = last.PromptTokens,
        OutputTokenCount = tokens,
        TotalTokenCount = last.PromptTokens + tokens,
        CachedInputTokenCount = last.CachedTokens,
    });
}
