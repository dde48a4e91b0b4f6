namespace Puyu.Inference.Caching;

/// <summary>What beside the tokens before it decides the keys and values of a token, and who may share them.</summary>
/// <param name="Adapter">Number of the loaded adapter; 0 for the model itself.</param>
/// <param name="Tenant">Who asks.</param>
/// <param name="RopeLength">Length on which the rotation depends; 0 where it depends on none.</param>
internal readonly record struct CacheSalt(int Adapter, string? Tenant, int RopeLength);
