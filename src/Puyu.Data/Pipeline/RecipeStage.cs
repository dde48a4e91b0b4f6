using System.Globalization;

namespace Puyu.Data.Pipeline;

/// <summary>A stage as a recipe has it: made, and with its bounds.</summary>
public sealed class RecipeStage
{
    private readonly object _stage;
    private readonly int _version;
    private readonly string _options;
    private readonly RecipeContext _context;

    private RecipeStage(
        object stage, StageScope scope, IReadOnlyList<Measure> measures, int version, string options,
        RecipeContext context)
    {
        _stage = stage;
        Scope = scope;
        Measures = measures;
        _version = version;
        _options = options;
        _context = context;
    }

    /// <summary>As recipes and ledgers call it.</summary>
    public string Name => Single?.Name ?? Corpus!.Name;

    /// <summary>What is measured, with the bounds of the recipe where it gives any; none for a corpus stage.</summary>
    public IReadOnlyList<Measure> Measures { get; }

    /// <summary>Which documents it looks at.</summary>
    internal StageScope Scope { get; }

    /// <summary>The stage over single documents; null if it is one with the whole corpus in view.</summary>
    internal IStage? Single => _stage as IStage;

    /// <summary>The stage with the whole corpus in view; null if it is one over single documents.</summary>
    internal ICorpusStage? Corpus => _stage as ICorpusStage;

    /// <summary>Makes the stage that an object of a recipe describes.</summary>
    internal static RecipeStage Read(
        RecipeNode node, StageCatalog catalog, string folder, ulong seed, Action<string> warn)
    {
        Dictionary<string, RecipeNode> members = node.Members(null);
        StageFactory factory = catalog.Stage(node.Required(members, "stage").Text(), node.Path);
        var context = new RecipeContext(folder, node.Path, seed, warn);
        System.Text.Json.JsonElement options = node.Without(["stage", "min", "max", .. StageScope.Members]);
        var scope = StageScope.Read(members);
        object stage = RecipeErrors.At(node.Path, () => factory.Create(options, context));
        if (stage is ICorpusStage && !scope.IsAll)
        {
            throw new InvalidDataException(
                $"{node.Path} has only or except but must not: a stage over the whole corpus looks at all documents");
        }

        IReadOnlyList<Measure> measures = (stage as IStage)?.Measures ?? [];
        measures = WithBounds(measures, members, "min", (measure, bound) => measure with { Min = bound });
        measures = WithBounds(measures, members, "max", (measure, bound) => measure with { Max = bound });
        if (measures.FirstOrDefault(measure => measure.Min > measure.Max) is { } empty)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{node.Path}.min.{empty.Name} is {empty.Min} but must not be above its max, {empty.Max}"));
        }

        return new RecipeStage(stage, scope, measures, factory.Version, RecipeNode.Canonical(options), context);
    }

    /// <summary>Everything that the result depends on besides the documents.</summary>
    /// <param name="digestOf">Hashes a file or folder that the stage reads.</param>
    internal string Describe(Func<string, string> digestOf)
    {
        IEnumerable<string> bounds = Measures.Select(measure => string.Create(
            CultureInfo.InvariantCulture, $"{measure.Name}:{measure.Min:R}..{measure.Max:R}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}/{_version} seed={_context.Seed} {_options} {string.Join(',', bounds)} "
            + $"{string.Join(',', _context.Inputs.Select(digestOf))}{Scope.Describe()}");
    }

    private static IReadOnlyList<Measure> WithBounds(
        IReadOnlyList<Measure> measures, Dictionary<string, RecipeNode> members, string kind,
        Func<Measure, float?, Measure> change)
    {
        if (!members.TryGetValue(kind, out RecipeNode node))
        {
            return measures;
        }

        Dictionary<string, RecipeNode> bounds = node.Members(null);
        foreach ((string name, RecipeNode bound) in bounds)
        {
            if (!measures.Any(measure => measure.Name == name))
            {
                string known = measures.Count == 0
                    ? "the stage measures nothing"
                    : $"must be one of {string.Join(", ", measures.Select(measure => measure.Name))}";
                throw new InvalidDataException($"{bound.Path} is unknown but {known}");
            }
        }

        return [.. measures.Select(measure =>
            bounds.TryGetValue(measure.Name, out RecipeNode bound) ? change(measure, bound.Bound()) : measure)];
    }
}
