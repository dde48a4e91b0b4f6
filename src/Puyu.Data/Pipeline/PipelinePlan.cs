using Puyu.Data.Mixing;

namespace Puyu.Data.Pipeline;

/// <summary>
/// Everything that a run will make, by name, before anything is made: a name is a hash of all that the content depends
/// on, so that what exists is right.
/// </summary>
internal sealed class PipelinePlan
{
    /// <summary>Changes whenever the files of a pass are written otherwise, so that nothing old is read.</summary>
    private const string FileVersion = "documents 2";

    private readonly string[][] _documentKeys; // [pass][part]
    private readonly string[][] _summaryKeys; // [pass][part], of corpus passes
    private readonly string[] _decisionKeys; // [pass], of corpus passes
    private readonly List<TokenPlan> _tokens = [];

    private PipelinePlan(
        RunFolder folder, Recipe recipe, IReadOnlyList<Pass> passes, IReadOnlyList<PlannedPart> parts)
    {
        Folder = folder;
        Recipe = recipe;
        Passes = passes;
        Parts = parts;
        Output = recipe.Outputs.FirstOrDefault(output => output.Tokens is null);
        _documentKeys = new string[passes.Count][];
        _summaryKeys = new string[passes.Count][];
        _decisionKeys = new string[passes.Count];
        Name(recipe);
    }

    /// <summary>Where everything is.</summary>
    public RunFolder Folder { get; }

    /// <summary>What is to be done.</summary>
    public Recipe Recipe { get; }

    /// <summary>The passes, in order; at least one.</summary>
    public IReadOnlyList<Pass> Passes { get; }

    /// <summary>The parts, in order.</summary>
    public IReadOnlyList<PlannedPart> Parts { get; }

    /// <summary>The output of documents; null if there is none.</summary>
    public RecipeOutput? Output { get; }

    /// <summary>The outputs of tokens.</summary>
    public IReadOnlyList<TokenPlan> Tokens => _tokens;

    /// <summary>Names the result of the run as a whole.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Cuts the sources and names everything.</summary>
    public static PipelinePlan Create(Recipe recipe, string folder, CancellationToken cancellationToken)
    {
        var places = new RunFolder(Path.GetFullPath(folder));
        return new PipelinePlan(
            places, recipe, Pass.Of(recipe), SourcePlan.Create(recipe, places.Sources, cancellationToken));
    }

    /// <summary>Of each document of a part: its id, source and size. For the ledger.</summary>
    public string OriginFile(PlannedPart part) => Folder.Work(Passes[0], part.Digest + ".origin");

    /// <summary>What a pass left of a part.</summary>
    public string DocumentFile(Pass pass, PlannedPart part) =>
        Folder.Work(pass, _documentKeys[pass.Index][part.Index] + ".docs");

    /// <summary>What a pass measured and removed in a part.</summary>
    public string VerdictFile(Pass pass, PlannedPart part) =>
        Folder.Work(pass, _documentKeys[pass.Index][part.Index] + ".verdicts");

    /// <summary>What a corpus stage notes of a part.</summary>
    public string SummaryFile(Pass pass, PlannedPart part) =>
        Folder.Work(pass, _summaryKeys[pass.Index][part.Index] + ".summary");

    /// <summary>What a corpus stage decided.</summary>
    public string DecisionFile(Pass pass) => Folder.Work(pass, _decisionKeys[pass.Index] + ".decisions");

    /// <summary>The finished documents of a part, where there is an output of documents.</summary>
    public string OutputFile(PlannedPart part) => Folder.OutputFile(Output!, part.Index, OutputKey(part));

    /// <summary>Where each document is in the finished file. For the ledger.</summary>
    public string PlacesFile(PlannedPart part) => Folder.Places(OutputKey(part) + ".places");

    private string OutputKey(PlannedPart part) => Digest.Of(
        _documentKeys[^1][part.Index], Output!.Format, FormattableString.Invariant($"{Output.Version}"));

    private void Name(Recipe recipe)
    {
        // A list of words may serve several stages: it is read once.
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] keys = [.. Parts.Select(part => part.Digest)];
        foreach (Pass pass in Passes)
        {
            string stages = Digest.Of(pass.Stages.Select(stage => stage.Describe(DigestOf)));
            if (pass.Corpus is not null)
            {
                _summaryKeys[pass.Index] = [.. keys.Select(key => Digest.Of(key, stages))];
                _decisionKeys[pass.Index] = Digest.Of(_summaryKeys[pass.Index].Order(StringComparer.Ordinal));
                stages = _decisionKeys[pass.Index];
            }

            keys = [.. keys.Select(key => Digest.Of(key, FileVersion, stages))];
            _documentKeys[pass.Index] = keys;
        }

        _tokens.AddRange(recipe.Outputs.Where(output => output.Tokens is not null)
            .Select(output => new TokenPlan(Folder, output, keys, DigestOf)));
        Key = Digest.Of(
        [
            .. Output is null ? keys : (string[])[Output.Folder, .. Parts.Select(OutputKey)],
            .. Passes.Select(pass => pass.Title), .. _tokens.Select(output => output.Key),
        ]);

        string DigestOf(string path) => digests.TryGetValue(path, out string? known)
            ? known : digests[path] = Digest.OfPath(path);
    }
}
