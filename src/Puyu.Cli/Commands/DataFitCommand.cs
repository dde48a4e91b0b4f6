using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data fit</c>.</summary>
internal static class DataFitCommand
{
    private static readonly JsonSerializerOptions _json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<string> _output = DataCommand.OutOption();

    private static readonly Option<string> _stage = new("--stage")
    {
        Description = "Name of a stage over single documents; step/stage where several steps have it.",
        Required = true,
    };

    private static readonly Option<string> _measure = new("--measure")
    {
        Description = "Name of one of its measures.",
        Required = true,
    };

    private static readonly Option<string?> _by = new("--by")
    {
        Description = "What divides documents in domains: source, the folder of their file, or a metadata key.",
    };

    private static readonly Option<string?> _recipe = new("--recipe")
    {
        Description = "The recipe of the run; needed with --by and a key of the metadata.",
    };

    private static readonly Option<double?> _percentile = new("--percentile")
    {
        Description = "Documents below this percentile and above 100 minus it would go. 1 by default.",
    };

    private static readonly Option<double?> _sigma = new("--sigma")
    {
        Description = "Documents further than this many standard deviations from the mean would go.",
    };

    private static readonly Option<BoundSide?> _side = new("--side")
    {
        Description = "min, max or both. By default the bounds that the run has.",
    };

    private static readonly Option<int> _fewest = new("--fewest")
    {
        Description = "Domains with fewer documents have the bounds of all.",
        DefaultValueFactory = _ => new ThresholdFitOptions().FewestValues,
    };

    private static readonly Option<int> _nearest = new("--nearest")
    {
        Description = "Documents to list on each bound, to be looked at before it is moved.",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<string?> _write = new("--write")
    {
        Description = "File for the stages of a recipe with these bounds, a JSON list.",
    };

    public static Command Create()
    {
        var command = new Command(
            "fit", "Fit bounds of a measure to what a run measured, for each domain, and list borderline documents.")
        {
            _output, _stage, _measure, _by, _recipe, _percentile, _sigma, _side, _fewest, _nearest, _write,
        };
        command.SetAction((line, cancellation) =>
        {
            Fit(line, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Fit(ParseResult line, CancellationToken cancellation)
    {
        int nearest = line.GetValue(_nearest);
        var problems = new Problems("data fit");
        problems.Require(nearest >= 0, nearest, "must not be negative", "--nearest");
        problems.ThrowIfAny();
        var question = new FitQuestion(
            line.GetRequiredValue(_output), line.GetRequiredValue(_stage), line.GetRequiredValue(_measure),
            line.GetValue(_by), line.GetValue(_recipe) is { } path
                ? Recipe.Load(path, StageCatalog.BuiltIn, static _ => { }) : null,
            line.GetValue(_side));
        LedgerFit fit = LedgerFit.Of(question, Options(line), nearest, cancellation);
        string by = question.By is null ? "" : $" by {question.By}";
        Console.WriteLine($"{question.Stage}, {question.Measure}{by}: {Count(fit.Documents)} documents");
        WriteBounds(fit);
        string[] stages = [.. Stages(question, fit)];
        Console.WriteLine();
        Console.WriteLine("Stages of a recipe, to be completed with the other options and bounds of the stage:");
        Array.ForEach(stages, Console.WriteLine);
        WriteSamples(fit);
        if (line.GetValue(_write) is { } file)
        {
            AtomicFile.WriteText(file, $"[\n  {string.Join(",\n  ", stages)}\n]\n");
        }
    }

    private static ThresholdFitOptions Options(ParseResult line)
    {
        double? percentile = line.GetValue(_percentile);
        double? sigma = line.GetValue(_sigma);
        var problems = new Problems("data fit");
        problems.Require(
            percentile is null || sigma is null, "both", "must be one of the two", "--percentile and --sigma");
        problems.Require(percentile is null or (>= 0 and < 50), percentile, "must lie in [0, 50)", "--percentile");
        problems.Require(!(sigma <= 0), sigma, "must be positive", "--sigma");
        problems.ThrowIfAny();
        var options = new ThresholdFitOptions { FewestValues = line.GetValue(_fewest) };
        double lower = percentile ?? 1;
        return (sigma is { } deviations
            ? options with { Method = FitMethod.Deviations, Deviations = deviations }
            : options with { LowerPercentile = lower, UpperPercentile = 100 - lower }).Validated();
    }

    private static void WriteBounds(LedgerFit fit)
    {
        const string Columns = "{0,-24} {1,12} {2,12} {3,12} {4,12} {5,12}";
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture, Columns, "domain", "documents", "mean", "deviation", "min", "max"));
        foreach ((string domain, FittedBounds bounds) in fit.Bounds)
        {
            Console.WriteLine(string.Format(
                CultureInfo.InvariantCulture, Columns, domain, Count(bounds.Count), Number(bounds.Mean),
                Number(bounds.Deviation), Number(bounds.Min), Number(bounds.Max)));
        }
    }

    /// <summary>A stage for each domain, and the last for all others.</summary>
    private static IEnumerable<string> Stages(FitQuestion question, LedgerFit fit)
    {
        string stage = question.Stage[(question.Stage.LastIndexOf('/') + 1)..].Split('#')[0];
        string[] own = question.By is null
            ? [] : [.. fit.Bounds.Keys.Where(domain => domain is not (ThresholdFit.AllDomains or ""))];
        return own.Select(domain => Stage(domain, "only", [domain]))
            .Concat(fit.Bounds.ContainsKey(ThresholdFit.AllDomains)
                ? [Stage(ThresholdFit.AllDomains, "except", own)] : []);

        string Stage(string domain, string scope, string[] domains)
        {
            var members = new Dictionary<string, object> { ["stage"] = stage };
            if (domains.Length > 0)
            {
                members.Add(scope, new Dictionary<string, string[]> { [question.By!] = domains });
            }

            Add(members, "min", fit.Bounds[domain].Min);
            Add(members, "max", fit.Bounds[domain].Max);
            return JsonSerializer.Serialize(members, _json);
        }

        void Add(Dictionary<string, object> members, string side, float? bound)
        {
            if (bound is { } value)
            {
                members.Add(side, new Dictionary<string, float> { [question.Measure] = value });
            }
        }
    }

    private static void WriteSamples(LedgerFit fit)
    {
        foreach (IGrouping<(string Domain, float Bound), BorderlineSample> group in fit.Borderline
            .GroupBy(sample => (sample.Domain, sample.Bound)))
        {
            string domain = group.Key.Domain.Length == 0 ? "" : $" in {group.Key.Domain}";
            Console.WriteLine();
            Console.WriteLine($"nearest to {Number(group.Key.Bound)}{domain}; puyu data explain says more of each:");
            foreach (BorderlineSample sample in group)
            {
                Console.WriteLine($"  {(sample.Stays ? "stays" : "goes"),-6} {Number(sample.Value),12}  {sample.Id}");
            }
        }
    }

    private static string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "-";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
