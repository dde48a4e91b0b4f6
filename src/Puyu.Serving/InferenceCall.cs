using System.Security.Cryptography;
using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;
using Puyu.Serving.Quotas;

namespace Puyu.Serving;

/// <summary>A request that has its place: what its handler works with.</summary>
internal sealed class InferenceCall(
    HttpContext context, IInferenceEngine engine, ServerMetrics metrics, ServerOptions options, TimeProvider time,
    long received, GroupQuota group)
{
    public HttpContext Context => context;

    public IInferenceEngine Engine => engine;

    public EngineCard Card { get; } = engine.Card;

    public TimeProvider Time => time;

    /// <summary>How the server tells reasoning from answers.</summary>
    public ReasoningParser Reasoning => options.Reasoning;

    /// <summary>Fires when the client has gone.</summary>
    public CancellationToken Cancellation => context.RequestAborted;

    /// <summary>Whose key it carries; null where no keys are needed.</summary>
    public string? Tenant => ApiKeyCheck.TenantOf(context);

    /// <summary>A random name, e.g. <c>chatcmpl-</c> and 24 digits.</summary>
    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>A seed for requests that do not give one.</summary>
    public static ulong NewSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>The session that a request names; null where the member is absent or negative.</summary>
    public string? SessionOf(Fields body) => body.Integer("session_id", -1) is { } id and >= 0
        ? ApiKeyCheck.SessionOf(context, id)
        : null;

    /// <summary>The adapter that a request's model names; null for the model itself.</summary>
    /// <param name="name">The request's model; null for the server's.</param>
    /// <exception cref="ApiException">There is none of this name.</exception>
    public string? AdapterOf(string? name)
    {
        if (name is null || name == Card.Name)
        {
            return null;
        }

        return Card.Adapters.Contains(name) ? name
            : options.AcceptsAnyModel ? null
            : throw ApiException.UnknownModel(name, string.Join(", ", [Card.Name, .. Card.Adapters]));
    }

    /// <summary>Streams completions, and measures them.</summary>
    public IAsyncEnumerable<CompletionUpdate> CompleteAsync(CompletionRequest request)
    {
        // Groups share by places, so that no request may push itself forward in the engine.
        int priority = group.Name is null ? request.Priority : 0;
        IAsyncEnumerable<CompletionUpdate> updates = metrics.Measure(
            engine, request with { Tenant = Tenant, Priority = priority }, received, Cancellation);
        return group.Budget is null ? updates : SpendAsync(updates);
    }

    /// <summary>Takes tokens off what the request's group may use.</summary>
    public void Spend(int tokens) => group.Budget?.Take(tokens);

    /// <summary>Begins a stream of events; nothing is sent before the first.</summary>
    public EventStream OpenEvents() => new(
        context, time, options.KeepAlive, context.RequestServices.GetRequiredService<ILogger<ErrorPages>>());

    /// <summary>Answers with one JSON value.</summary>
    public Task ReplyAsync<T>(T state, Action<Utf8JsonWriter, T> write) => JsonReply.WriteAsync(context, state, write);

    private async IAsyncEnumerable<CompletionUpdate> SpendAsync(IAsyncEnumerable<CompletionUpdate> updates)
    {
        int promptTokens = 0;
        await foreach (CompletionUpdate update in updates)
        {
            Spend(Math.Max(update.PromptTokens - promptTokens, 0) + update.TokenIds.Count);
            promptTokens = Math.Max(promptTokens, update.PromptTokens);
            yield return update;
        }
    }
}
