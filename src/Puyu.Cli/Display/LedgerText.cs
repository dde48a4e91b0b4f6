using System.Globalization;
using Puyu.Data.Audit;

namespace Puyu.Cli.Display;

/// <summary>What the ledger says, as sentences.</summary>
internal static class LedgerText
{
    /// <summary>Why a stage removed or changed a document: rule, value and bound.</summary>
    public static string Reason(LedgerDecision decision)
    {
        string bound = decision.Side switch
        {
            "min" => Invariant($"{decision.Rule} is {decision.Value} but must be at least {decision.Bound}"),
            "max" => Invariant($"{decision.Rule} is {decision.Value} but must be at most {decision.Bound}"),
            _ => Invariant($"{decision.Rule} is {decision.Value}, the threshold {decision.Bound}"),
        };
        return decision.Note is { } note ? $"{bound} ({note})" : bound;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
