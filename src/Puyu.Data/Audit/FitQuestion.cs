using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Audit;

/// <summary>Of which measure of a run bounds are asked for.</summary>
/// <param name="Folder">Folder of the run.</param>
/// <param name="Stage">Name of the stage, or step/stage where several have that name.</param>
/// <param name="Measure">Name of the measure.</param>
/// <param name="By">
/// What divides documents in domains: a metadata key, or <see cref="LedgerFit.BySource"/>; null for one domain.
/// </param>
/// <param name="Recipe">The recipe of the run; needed for a metadata key.</param>
/// <param name="Side">Which bounds; null for those that the run has, and for both if it has none.</param>
public sealed record FitQuestion(
    string Folder, string Stage, string Measure, string? By = null, Recipe? Recipe = null, BoundSide? Side = null)
{
    /// <summary>Leaves out the bound that is not asked for.</summary>
    internal FittedBounds Sided(FittedBounds bounds, Measure present)
    {
        bool hasNone = present.Min is null && present.Max is null;
        bool wantsMin = Side is null ? hasNone || present.Min is not null : Side is BoundSide.Min or BoundSide.Both;
        bool wantsMax = Side is null ? hasNone || present.Max is not null : Side is BoundSide.Max or BoundSide.Both;
        return bounds with { Min = wantsMin ? bounds.Min : null, Max = wantsMax ? bounds.Max : null };
    }
}

/// <summary>Which bounds of a measure.</summary>
public enum BoundSide
{
    /// <summary>The least value that stays.</summary>
    Min,

    /// <summary>The greatest value that stays.</summary>
    Max,

    /// <summary>Both.</summary>
    Both,
}
