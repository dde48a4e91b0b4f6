using System.CommandLine;
using Puyu.Abstractions;
using Puyu.Inference.Engine;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Cli.Commands;

/// <summary>The model, and what an engine does with it: the same for every command that runs one.</summary>
internal sealed class EngineArguments
{
    /// <summary>With a draft model.</summary>
    private const int DraftTokens = 4;

    private readonly EngineOptions _defaults = new();
    private readonly Option<string> _weights;
    private readonly Option<int> _groupSize;
    private readonly Option<KvFormat> _cacheFormat;
    private readonly Option<double?> _cacheGib;
    private readonly Option<int?> _context;
    private readonly Option<int> _batch;
    private readonly Option<int> _step;
    private readonly Option<int?> _threads;
    private readonly Option<string?> _cacheFolder;
    private readonly Option<string?> _prefixFolder;
    private readonly Option<string?> _draft;
    private readonly Option<int?> _draftTokens;

    public EngineArguments()
    {
        Model = new Argument<string>("model")
        {
            Description = "Folder of a model with its tokenizer, or a .gguf file.",
        };
        _weights = new Option<string>("--weights")
        {
            Description = "stored: as the files have them; int8 or int4: real numbers are rounded while loading.",
            DefaultValueFactory = _ => "stored",
        };
        _weights.AcceptOnlyFromAmong("stored", "int8", "int4");
        _groupSize = new Option<int>("--group-size")
        {
            Description = "Neighbouring weights that share a scale, with --weights int8 or int4.",
            DefaultValueFactory = _ => 32,
        };
        _cacheFormat = new Option<KvFormat>("--kv-format")
        {
            Description = "How cached keys and values are stored.",
            DefaultValueFactory = _ => _defaults.CacheFormat,
        };
        _cacheGib = new Option<double?>("--kv-gib") { Description = "Memory of cached keys and values, in GiB." };
        _context = new Option<int?>("--context") { Description = "Tokens of prompt and completion at most." };
        _batch = new Option<int>("--max-batch")
        {
            Description = "Sequences completed at once.",
            DefaultValueFactory = _ => _defaults.MaxBatch,
        };
        _step = new Option<int>("--tokens-per-step")
        {
            Description = "Tokens of one forward; long prompts are cut into pieces that fit.",
            DefaultValueFactory = _ => _defaults.TokensPerStep,
        };
        _threads = new Option<int?>("--threads") { Description = "Threads that compute; one a processor." };
        _cacheFolder = new Option<string?>("--weights-cache")
        {
            Description = "Folder that keeps weights as the kernels read them, so that the next start takes no time.",
        };
        _prefixFolder = new Option<string?>("--prefix-folder")
        {
            Description = "Folder that keeps cached prefixes while the engine sleeps or is stopped.",
        };
        _draft = new Option<string?>("--draft")
        {
            Description = "Folder or .gguf file of a smaller model with the same vocabulary that proposes tokens.",
        };
        _draftTokens = new Option<int?>("--draft-tokens")
        {
            Description = "Tokens proposed at a time: by the draft model, or from how the text went on before. "
                + $"{DraftTokens} with --draft, else {_defaults.MaxDraftTokens}.",
        };
    }

    /// <summary>Where the model is.</summary>
    public Argument<string> Model { get; }

    /// <summary>Adds these to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Model);
        foreach (Option option in (Option[])[_weights, _groupSize, _cacheFormat, _cacheGib, _context, _batch, _step,
            _threads, _cacheFolder, _prefixFolder, _draft, _draftTokens])
        {
            command.Add(option);
        }
    }

    /// <summary>The engine's options that a command line asks for.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public EngineOptions Read(ParseResult line)
    {
        QuantScheme? scheme = line.GetValue(_weights) switch
        {
            "int8" => new QuantScheme { Bits = 8, GroupSize = line.GetValue(_groupSize), IsSymmetric = true },
            "int4" => new QuantScheme { Bits = 4, GroupSize = line.GetValue(_groupSize) },
            _ => null,
        };
        return new EngineOptions
        {
            Weights = new WeightsOptions
            {
                Matrices = scheme,
                Output = scheme is null ? null : scheme with { Bits = 8, IsSymmetric = true },
                CacheFolder = line.GetValue(_cacheFolder),
            },
            Report = Console.Error.WriteLine,
            CacheFormat = line.GetValue(_cacheFormat),
            CacheBytes = line.GetValue(_cacheGib) is { } gib ? (long)(gib * (1L << 30)) : null,
            ContextLength = line.GetValue(_context),
            MaxBatch = line.GetValue(_batch),
            TokensPerStep = Math.Max(line.GetValue(_step), line.GetValue(_batch)),
            Threads = line.GetValue(_threads),
            PrefixFolder = line.GetValue(_prefixFolder),
            DraftModel = line.GetValue(_draft),
            MaxDraftTokens = line.GetValue(_draftTokens)
                ?? (line.GetValue(_draft) is null ? _defaults.MaxDraftTokens : DraftTokens),
        }.Validated();
    }
}
