namespace Puyu.Abstractions.Engine;

/// <summary>A request that an engine cannot serve.</summary>
/// <param name="code">Why, for programs.</param>
/// <param name="message">Why, for people: one sentence.</param>
/// <param name="parameter">The request member at fault; null if none is.</param>
public sealed class EngineException(EngineErrorCode code, string message, string? parameter = null) : Exception(message)
{
    /// <summary>Why, for programs.</summary>
    public EngineErrorCode Code => code;

    /// <summary>The request member at fault; null if none is.</summary>
    public string? Parameter => parameter;
}

/// <summary>Why a request cannot be served.</summary>
public enum EngineErrorCode
{
    /// <summary>An option is out of range or does not fit the others.</summary>
    InvalidRequest,

    /// <summary>Prompt and completion do not fit the context or the cache.</summary>
    ContextLengthExceeded,

    /// <summary>The constraint is malformed, or asks for what is not supported.</summary>
    InvalidConstraint,

    /// <summary>There is no such adapter.</summary>
    UnknownAdapter,

    /// <summary>The session is completing another prompt.</summary>
    SessionBusy,

    /// <summary>As many requests wait as may.</summary>
    Overloaded,

    /// <summary>The engine sleeps.</summary>
    Sleeping,

    /// <summary>The model does not do this.</summary>
    NotSupported,
}
