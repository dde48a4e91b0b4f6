using System.Text.RegularExpressions;

namespace Puyu.Data.Pipeline;

/// <summary>Where a run keeps what.</summary>
/// <param name="Root">Full path of the folder of the run.</param>
internal sealed partial record RunFolder(string Root)
{
    private const string WorkFolder = "work";
    private const string PlacesFolder = "output";
    private const string TokensFolder = "tokens";

    /// <summary>Name of the ledger in the folder of a run.</summary>
    public const string LedgerFile = "ledger.db";

    /// <summary>The ledger.</summary>
    public string Ledger => Path.Combine(Root, LedgerFile);

    /// <summary>What was found out about sources.</summary>
    public string Sources => Path.Combine(Root, WorkFolder, "sources");

    /// <summary>For what a decision cannot hold in memory.</summary>
    public string Scratch => Path.Combine(Root, WorkFolder, "scratch");

    /// <summary>Held by the one process that does all the work.</summary>
    public string Lock => Path.Combine(Root, WorkFolder, "lock");

    /// <summary>The finished files of an output.</summary>
    public string OutputFolder(RecipeOutput output) => Path.Combine(Root, output.Folder);

    /// <summary>Name of a file below the folder of the run, with slashes.</summary>
    public string NameOf(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>A file of a pass.</summary>
    public string Work(Pass pass, string name) => Path.Combine(Root, WorkFolder, pass.Folder, name);

    /// <summary>A file on where documents are in the finished files.</summary>
    public string Places(string name) => Path.Combine(Root, WorkFolder, PlacesFolder, name);

    /// <summary>A file on the way to outputs of tokens.</summary>
    public string Tokens(string name) => Path.Combine(Root, WorkFolder, TokensFolder, name);

    /// <summary>Makes the folders.</summary>
    public void Create(IEnumerable<Pass> passes, IEnumerable<RecipeOutput> outputs)
    {
        Directory.CreateDirectory(Places(""));
        Directory.CreateDirectory(Tokens(""));
        foreach (RecipeOutput output in outputs)
        {
            Directory.CreateDirectory(OutputFolder(output));
        }

        foreach (Pass pass in passes)
        {
            Directory.CreateDirectory(Work(pass, ""));
        }
    }

    /// <summary>
    /// A finished file. Its name carries the key, so that a file of that name is the one of this recipe.
    /// </summary>
    public string OutputFile(RecipeOutput output, int part, string key) => Path.Combine(
        OutputFolder(output), FormattableString.Invariant($"{part:00000}-{key[..12]}{output.Extension}"));

    /// <summary>Whether a file is named as <see cref="OutputFile"/> names them, by whatever recipe.</summary>
    public static bool IsOutputFile(string name) => OutputName().IsMatch(name);

    [GeneratedRegex(@"^[0-9]{5,}-[0-9a-f]{12}(\..*)?$")]
    private static partial Regex OutputName();
}
