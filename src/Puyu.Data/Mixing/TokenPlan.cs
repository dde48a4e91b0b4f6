using Puyu.Data.Pipeline;

namespace Puyu.Data.Mixing;

/// <summary>
/// Everything that a run makes for an output of tokens, by name, before anything is made: the tokens of each part, the
/// groups of its documents, the order of all documents, and the files.
/// </summary>
internal sealed class TokenPlan
{
    private const int NameLength = 12;

    private readonly RunFolder _folder;
    private readonly RecipeOutput _recipe;
    private readonly string[] _tokenKeys; // [part]
    private readonly string[] _lotKeys; // [part]
    private readonly string _key;
    private Mix? _mix;

    /// <summary>Names everything.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="recipe">The output.</param>
    /// <param name="documentKeys">Of each part: hash of all that its finished documents depend on.</param>
    /// <param name="digestOf">Hashes a file or folder.</param>
    public TokenPlan(
        RunFolder folder, RecipeOutput recipe, IEnumerable<string> documentKeys, Func<string, string> digestOf)
    {
        _folder = folder;
        _recipe = recipe;
        string encoding = Output.DescribeEncoding(digestOf);
        _tokenKeys = [.. documentKeys.Select(key => Digest.Of(key, encoding))];
        _lotKeys = [.. _tokenKeys.Select(key => Digest.Of(key, Output.DescribeGroups()))];
        _key = Digest.Of([recipe.Describe(), Output.DescribeOrder(), .. _lotKeys]);
    }

    /// <summary>The output.</summary>
    public TokenOutput Output => _recipe.Tokens!;

    /// <summary>Names the result.</summary>
    public string Key => Digest.Of(_key, _recipe.Folder);

    /// <summary>Folder of the files, below that of the run.</summary>
    public string Folder => _recipe.Folder;

    /// <summary>How the mixture turned out; not before it is done.</summary>
    public Mix Mix => _mix ??= Mixing.MixFile.Read(MixFile);

    /// <summary>Keeps <see cref="Mix"/>; is there when it is done.</summary>
    public string MixFile => _folder.Tokens(_key + ".mix");

    /// <summary>The documents in their order.</summary>
    public string OrderFile => _folder.Tokens(_key + ".order");

    /// <summary>For people and programs: how the mixture turned out. Beside the folder of the files.</summary>
    public string ReportFile => _folder.OutputFolder(_recipe) + ".json";

    /// <summary>The tokens of a part. Outputs with the same tokenizer share it.</summary>
    public string IdsFile(int part) => _folder.Tokens(_tokenKeys[part] + ".ids");

    /// <summary>How many tokens each document of a part has.</summary>
    public string CountsFile(int part) => _folder.Tokens(_tokenKeys[part] + ".counts");

    /// <summary>To which group each document of a part belongs.</summary>
    public string LotFile(int part) => _folder.Tokens(_lotKeys[part] + ".lots");

    /// <summary>Whether everything is there that is made part by part.</summary>
    public bool IsPartDone(int part) => File.Exists(IdsFile(part)) && File.Exists(LotFile(part));

    /// <summary>Whether the order is there.</summary>
    public bool IsMixDone => File.Exists(MixFile);

    /// <summary>Files of a shard.</summary>
    public IEnumerable<string> ShardFiles(int shard) =>
        Output.Format.Endings.Select(ending => ShardPath(shard) + ending);

    /// <summary>Path of the files of a shard, without ending.</summary>
    public string ShardPath(int shard) => Path.Combine(
        _folder.OutputFolder(_recipe), Mix.Shards[shard].Type,
        FormattableString.Invariant($"{shard:00000}-{_key[..NameLength]}"));

    /// <summary>The occurrences of a shard, in order.</summary>
    public IEnumerable<Occurrence> Occurrences(int shard) =>
        OccurrenceFile.Read(OrderFile, Mix.Shards[shard].First, Mix.Shards[shard].Documents);
}
