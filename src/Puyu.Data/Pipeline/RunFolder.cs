using System.Text.RegularExpressions;

namespace Puyu.Data.Pipeline;

/// <summary>Where a run keeps what.</summary>
/// <param name="Root">Full path of the folder of the run.</param>
/// <param name="Output">Folder and ending of the finished files.</param>
internal sealed partial record RunFolder(string Root, RecipeOutput Output)
{
    private const string WorkFolder = "work";
    private const string PlacesFolder = "output";

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

    /// <summary>The finished documents.</summary>
    public string OutputFolder => Path.Combine(Root, Output.Folder);

    /// <summary>A file of a pass.</summary>
    public string Work(Pass pass, string name) => Path.Combine(Root, WorkFolder, pass.Folder, name);

    /// <summary>A file on where documents are in the finished files.</summary>
    public string Places(string name) => Path.Combine(Root, WorkFolder, PlacesFolder, name);

    /// <summary>Makes the folders.</summary>
    public void Create(IEnumerable<Pass> passes)
    {
        Directory.CreateDirectory(OutputFolder);
        Directory.CreateDirectory(Places(""));
        foreach (Pass pass in passes)
        {
            Directory.CreateDirectory(Work(pass, ""));
        }
    }

    /// <summary>
    /// A finished file. Its name carries the key, so that a file of that name is the one of this recipe.
    /// </summary>
    public string OutputFile(int part, string key) => Path.Combine(
        OutputFolder, FormattableString.Invariant($"{part:00000}-{key[..12]}{Output.Extension}"));

    /// <summary>Whether a file is named as <see cref="OutputFile"/> names them, by whatever recipe.</summary>
    public static bool IsOutputFile(string name) => OutputName().IsMatch(name);

    [GeneratedRegex(@"^[0-9]{5,}-[0-9a-f]{12}(\..*)?$")]
    private static partial Regex OutputName();
}
