using Puyu.Abstractions.Engine;

namespace Puyu.Serving.LmDeploy;

/// <summary>LMDeploy's words.</summary>
internal static class Names
{
    /// <summary>Why a completion ended.</summary>
    public static string Of(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        _ => "abort",
    };
}
