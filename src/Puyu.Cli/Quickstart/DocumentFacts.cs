using System.Globalization;
using Puyu.Data;
using Puyu.Data.Audit;

namespace Puyu.Cli.Quickstart;

/// <summary>What became of the documents that were read.</summary>
/// <param name="Files">Files they were read from.</param>
/// <param name="Funnel">What each stage of the recipe did, from the ledger.</param>
internal sealed record DocumentFacts(int Files, LedgerFunnel Funnel)
{
    /// <summary>The funnel in one line: only stages that removed something.</summary>
    public string Describe()
    {
        IEnumerable<string> removed = Funnel.Stages.Where(stage => stage.Removed > 0).Select(
            stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Removed:N0} by {stage.Stage}"));
        string quarantined = Funnel.Quarantined == 0
            ? "" : string.Create(CultureInfo.InvariantCulture, $"; {Funnel.Quarantined:N0} could not be read");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Funnel.Documents:N0} documents; removed {string.Join(", ", removed.DefaultIfEmpty("none"))}; "
            + $"{Funnel.Kept:N0} left, {Funnel.KeptBytes / 1e6:F1} MB{quarantined}");
    }
}

/// <summary>How many of the documents are for what.</summary>
/// <param name="Training">To train on.</param>
/// <param name="HeldOut">The random held-out share.</param>
/// <param name="HeldOutNamespace">The held-out namespace.</param>
/// <param name="SetAside">Neither.</param>
internal sealed record DivisionFacts(int Training, int HeldOut, int HeldOutNamespace, int SetAside)
{
    /// <summary>All of it in one line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Training:N0} to train on, {HeldOut:N0} held out at random, {HeldOutNamespace:N0} of a namespace, "
        + $"{SetAside:N0} set aside");
}

/// <summary>A finished run of the data engine.</summary>
/// <param name="Documents">What is left, in the order of the sources.</param>
/// <param name="Recipe">Path of the recipe.</param>
/// <param name="Facts">What became of the documents.</param>
internal sealed record DocumentRun(IReadOnlyList<Document> Documents, string Recipe, DocumentFacts Facts);
