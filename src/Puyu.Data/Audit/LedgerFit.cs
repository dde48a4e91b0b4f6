using System.Collections.Immutable;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Data.Audit;

/// <summary>
/// Bounds for each domain from what a run measured, so that nothing is computed again to find them.
/// </summary>
/// <param name="Measure">The measure with the bounds of the run.</param>
/// <param name="Documents">Documents on which there was something to measure.</param>
/// <param name="Bounds">By domain, with <see cref="ThresholdFit.AllDomains"/>; empty if nothing was measured.</param>
/// <param name="Borderline">The documents nearest to the bounds.</param>
public sealed record LedgerFit(
    Measure Measure, int Documents, ImmutableSortedDictionary<string, FittedBounds> Bounds,
    IReadOnlyList<BorderlineSample> Borderline)
{
    /// <summary>The key of <see cref="Of"/> that stands for the folder of a document's file.</summary>
    public const string BySource = Domain.Source;

    /// <summary>Fits bounds of one measure.</summary>
    /// <param name="question">What to fit.</param>
    /// <param name="options">As <see cref="ThresholdFitOptions.Validated"/> returns them.</param>
    /// <param name="nearest">Documents to list for each domain and bound at most.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">There is no such measure, or several stages have it.</exception>
    /// <exception cref="InvalidDataException">The run is of another recipe, or its work was deleted.</exception>
    public static LedgerFit Of(
        FitQuestion question, ThresholdFitOptions options, int nearest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(options);
        using LedgerDatabase ledger = LedgerDatabase.Open(question.Folder);
        IEnumerable<MeasuredDocument> documents =
            ledger.ValuesOf(question.Stage, question.Measure, out (Measure Measure, long Pass) asked);
        Func<MeasuredDocument, string> domainOf = DomainOf(question, asked.Pass, cancellationToken);
        MeasuredValue[] values =
        [
            .. documents.Where(document => !float.IsNaN(document.Value))
                .Select(document => new MeasuredValue(document.Id, domainOf(document), document.Value)),
        ];
        ImmutableSortedDictionary<string, FittedBounds> bounds = ThresholdFit.Fit(values, options);
        bounds = bounds.ToImmutableSortedDictionary(
            pair => pair.Key, pair => question.Sided(pair.Value, asked.Measure), StringComparer.Ordinal);
        return new LedgerFit(
            asked.Measure, values.Length, bounds,
            values.Length == 0 ? [] : ThresholdFit.Borderline(values, bounds, nearest));
    }

    private static Func<MeasuredDocument, string> DomainOf(
        FitQuestion question, long pass, CancellationToken cancellationToken)
    {
        switch (question.By)
        {
            case null:
                return static _ => "";
            case BySource:
                return static document => Domain.OfFile(document.File);
            case { } key when question.Recipe is { } recipe:
                PipelinePlan plan = PipelinePlan.Create(recipe, question.Folder, cancellationToken);
                if (!LedgerBuilder.IsDone(plan))
                {
                    throw new InvalidDataException(
                        $"{question.Folder} is not a finished run of this recipe; puyu data run makes it one");
                }

                string[] domains = Domains(plan, plan.Passes[(int)pass], key, cancellationToken);
                return document => domains[document.Number - 1];
            default:
                throw new ArgumentException(
                    $"by is '{question.By}' but must be {BySource} if no recipe is given: the ledger has no metadata");
        }
    }

    /// <summary>
    /// Domains of all documents in the order of the ledger, from what the pass before the stage's left; in the first
    /// pass from what it left itself, so that documents it removed have none.
    /// </summary>
    private static string[] Domains(PipelinePlan plan, Pass pass, string key, CancellationToken cancellationToken)
    {
        var domains = new List<string>();
        var known = new Dictionary<string, string>(StringComparer.Ordinal); // one string for all that are equal
        foreach (PlannedPart part in plan.Parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int before = domains.Count;
            string path = plan.DocumentFile(plan.Passes[Math.Max(0, pass.Index - 1)], part);
            if (!File.Exists(path) || !File.Exists(plan.OriginFile(part)))
            {
                throw new InvalidDataException(
                    $"{path} is gone; puyu data run makes it again, and metadata is read there");
            }

            domains.AddRange(OriginFile.Read(plan.OriginFile(part)).Where(origin => origin.Document is not null)
                .Select(static _ => ""));
            foreach ((int number, Document document) in DocumentFile.Read(path))
            {
                string domain = Domain.Of(document, key);
                known.TryAdd(domain, domain);
                domains[before + number] = known[domain];
            }
        }

        return [.. domains];
    }
}
