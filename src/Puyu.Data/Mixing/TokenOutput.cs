using System.Globalization;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Tokenizers;

namespace Puyu.Data.Mixing;

/// <summary>An output of tokens with its tokenizer and groups, as a recipe has it.</summary>
internal sealed class TokenOutput
{
    private const int EncodingVersion = 1; // counted up when the same documents become other tokens
    private const string DefaultType = "en";

    // What a tokenizer's file may be read together with.
    private static readonly string[] _companions = ["tokenizer_config.json", "vocab.json", "merges.txt"];

    private readonly TokenOutputOptions _options;
    private readonly RecipeContext _context;
    private readonly Tokenizer _tokenizer;

    private TokenOutput(
        TokenFileFormat format, TokenOutputOptions options, RecipeContext context, Tokenizer tokenizer)
    {
        Format = format;
        _options = options;
        _context = context;
        _tokenizer = tokenizer;
        MixtureOptions mixture = options.Mixture
            ?? new MixtureOptions { Groups = [new MixtureGroupOptions { Name = "all", Epochs = 1 }] };
        Mixture = mixture;
        Groups = [.. mixture.Groups.Select(group => new MixtureGroup(group))];
        Seed = options.Seed ?? context.Seed;
    }

    /// <summary>What the files are.</summary>
    public TokenFileFormat Format { get; }

    /// <summary>The groups of the mixture; a single one of all documents where there is none.</summary>
    public IReadOnlyList<MixtureGroup> Groups { get; }

    /// <summary>How much of each group is taken.</summary>
    public MixtureOptions Mixture { get; }

    /// <summary>Seed of the order.</summary>
    public ulong Seed { get; }

    /// <summary>Whether documents are shuffled.</summary>
    public bool Shuffles => _options.Shuffle;

    /// <summary>Most tokens of a file, unless a single document has more.</summary>
    public long ShardTokens => _options.ShardTokens;

    /// <summary>Where in the recipe the output stands; begins errors.</summary>
    public string Path => _context.Path;

    /// <summary>What files say of their tokens.</summary>
    public TokenFileFacts Facts => new(_tokenizer.VocabSize, System.IO.Path.GetFileName(_options.Tokenizer));

    /// <summary>Bytes of a token where tokens are not text.</summary>
    public int TokenBytes => Tokens.TokenBytes.Of(_tokenizer.VocabSize);

    /// <summary>Reads the options of an output.</summary>
    /// <exception cref="OptionsException">A value is out of range, or the tokenizer lacks a token.</exception>
    public static TokenOutput Read(TokenFileFormat format, JsonElement options, RecipeContext context)
    {
        TokenOutputOptions read = context.Read<TokenOutputOptions>(options).Validated(format.IsTyped);
        string path = context.File(read.Tokenizer);
        string folder = System.IO.Path.GetDirectoryName(path)!;
        foreach (string companion in _companions.Where(name => System.IO.Path.GetFileName(path) != name))
        {
            if (File.Exists(path) && File.Exists(System.IO.Path.Combine(folder, companion)))
            {
                context.File(System.IO.Path.Combine(folder, companion));
            }
        }

        Tokenizer tokenizer = TokenizerFile.Load(path);
        Require(!read.Bos || tokenizer.BosId is not null, "bos", "begins");
        Require(!read.Eos || tokenizer.EosId is not null, "eos", "ends");
        return new TokenOutput(format, read, context, tokenizer);

        void Require(bool holds, string option, string does)
        {
            if (!holds)
            {
                throw new OptionsException(
                    $"{option} is true but {read.Tokenizer} has no token that {does} a sequence; set it to false");
            }
        }
    }

    /// <summary>Makes the tokens of documents, for one thread.</summary>
    public TokenEncoder CreateEncoder() => new(
        _tokenizer, _options.Bos ? _tokenizer.BosId : null, _options.Eos ? _tokenizer.EosId : null);

    /// <summary>Index of the group that a document belongs to; -1 for none.</summary>
    public int GroupOf(Document document)
    {
        for (int i = 0; i < Groups.Count; i++)
        {
            if (Groups[i].Fits(document))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Folder of a group's files below that of the output; empty where the format has no types.</summary>
    public string TypeOf(int group) =>
        Format.IsTyped ? Groups[group].Options.Type ?? _options.Type ?? DefaultType : "";

    /// <summary>Everything that the tokens of a document depend on besides the document.</summary>
    /// <param name="digestOf">Hashes a file or folder.</param>
    public string DescribeEncoding(Func<string, string> digestOf) => string.Create(
        CultureInfo.InvariantCulture,
        $"tokens/{EncodingVersion} {_tokenizer.VocabSize} bos={(_options.Bos ? _tokenizer.BosId : null)} "
        + $"eos={(_options.Eos ? _tokenizer.EosId : null)} {string.Join(',', _context.Inputs.Select(digestOf))}");

    /// <summary>Everything that the group of a document depends on besides the document.</summary>
    public string DescribeGroups() => string.Join('\n', Groups.Select(group => JsonSerializer.Serialize(
        new { group.Options.Sources, group.Options.Metadata, group.Options.Scores })));

    /// <summary>Everything that the order of documents and their division into files depend on besides.</summary>
    public string DescribeOrder() => string.Create(
        CultureInfo.InvariantCulture,
        $"{MixPlanner.Version} {Seed} {Shuffles} {ShardTokens} {Mixture.Tokens} ")
        + string.Join('\n', Mixture.Groups.Select((group, i) => JsonSerializer.Serialize(
            new { group.Name, group.Weight, group.Epochs, group.MaxEpochs, Type = TypeOf(i) })));
}
