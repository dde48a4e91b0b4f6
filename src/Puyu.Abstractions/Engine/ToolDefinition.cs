namespace Puyu.Abstractions.Engine;

/// <summary>A tool that a model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does, for the model; null if nobody said.</param>
/// <param name="ParametersSchema">JSON schema of its arguments, an object; null for none.</param>
public sealed record ToolDefinition(string Name, string? Description, string? ParametersSchema);
