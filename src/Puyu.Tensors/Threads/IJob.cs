namespace Puyu.Tensors.Threads;

/// <summary>Work that is split into numbered pieces, each done once by some worker.</summary>
internal interface IJob
{
    /// <summary>Does one piece.</summary>
    /// <param name="piece">Its number.</param>
    /// <param name="worker">
    /// Who does it, below <see cref="Workers.Threads"/>; selects scratch memory, never results.
    /// </param>
    void Execute(int piece, int worker);
}
