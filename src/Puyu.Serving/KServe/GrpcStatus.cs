namespace Puyu.Serving.KServe;

/// <summary>Status codes of gRPC that this server answers.</summary>
internal enum GrpcStatus
{
    /// <summary>It worked.</summary>
    Ok = 0,

    /// <summary>The request makes no sense.</summary>
    InvalidArgument = 3,

    /// <summary>There is no such model.</summary>
    NotFound = 5,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>Too much work, or a message that is too long.</summary>
    ResourceExhausted = 8,

    /// <summary>There is no such method.</summary>
    Unimplemented = 12,

    /// <summary>A defect of the server.</summary>
    Internal = 13,

    /// <summary>Not now.</summary>
    Unavailable = 14,

    /// <summary>The caller did not say who it is.</summary>
    Unauthenticated = 16,
}
