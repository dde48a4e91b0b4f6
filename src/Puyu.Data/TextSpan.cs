namespace Puyu.Data;

/// <summary>A part of a text.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="Length">Its UTF-16 units.</param>
/// <param name="Label">What it is.</param>
public readonly record struct TextSpan(int Start, int Length, string Label);
