namespace Puyu.Data.Decontamination;

/// <summary>What of evaluation sets was found in a text.</summary>
/// <param name="Runs">Runs found, overlapping ones included.</param>
/// <param name="Share">Share of the text that they cover, from 0 to 1.</param>
/// <param name="Task">Task of the first; null if there is none.</param>
/// <param name="Item">Item of the task that has it, from 0.</param>
/// <param name="First">Where in the text the first is.</param>
public readonly record struct Overlap(int Runs, float Share, string? Task, int Item, TextSpan First);
