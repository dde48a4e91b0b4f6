using System.Security.Cryptography;
using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Metrics;

namespace Puyu.Serving;

/// <summary>A request that has its place: what its handler works with.</summary>
internal sealed class InferenceCall(
    HttpContext context, IInferenceEngine engine, ServerMetrics metrics, ServerOptions options, TimeProvider time,
    long received)
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
    public IAsyncEnumerable<CompletionUpdate> CompleteAsync(CompletionRequest request) =>
        metrics.Measure(engine, request with { Tenant = Tenant }, received, Cancellation);

    /// <summary>Begins a stream of events; nothing is sent before the first.</summary>
    public EventStream OpenEvents() => new(
        context, time, options.KeepAlive, context.RequestServices.GetRequiredService<ILogger<ErrorPages>>());

    /// <summary>Answers with one JSON value.</summary>
    public Task ReplyAsync<T>(T state, Action<Utf8JsonWriter, T> write) => JsonReply.WriteAsync(context, state, write);
}
