namespace Puyu.Data.Decontamination;

/// <summary>The runs of one evaluation set.</summary>
/// <param name="Name">Of the task.</param>
/// <param name="ItemCount">Items of the set.</param>
/// <param name="ShortItems">Those too short for a run: they cannot be found.</param>
public sealed record EvaluationTask(string Name, int ItemCount, int ShortItems)
{
    /// <summary>Distinct runs.</summary>
    public int Runs => Hashes.Length;

    /// <summary>Their hashes, ascending.</summary>
    internal ulong[] Hashes { get; init; } = [];

    /// <summary>For each, the first item that has it, from 0.</summary>
    internal int[] Items { get; init; } = [];
}
