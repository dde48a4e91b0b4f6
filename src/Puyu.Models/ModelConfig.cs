using Puyu.Abstractions;
using Puyu.Models.HuggingFace;
using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Everything about a decoder but its weights: sizes, variants, and the ids of special tokens.</summary>
public sealed record ModelConfig
{
    private readonly int? _headDim;
    private readonly bool? _isQkvFused;

    /// <summary>Family of the model: decides the names in files and the layout of qkv.</summary>
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>D: width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>F: width inside the feed-forward.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>L: number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>H: query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>K: key-value heads; divides <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>E: width of a head; D / H unless said otherwise.</summary>
    public int HeadDim
    {
        get => _headDim ?? HiddenSize / Math.Max(1, Heads);
        init => _headDim = value;
    }

    /// <summary>V: rows of the embedding, at least the size of the tokenizer's vocabulary.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence that the model is made for, in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the mean square in norms.</summary>
    public float RmsNormEpsilon { get; init; } = 1e-5f;

    /// <summary>Rotary position embedding.</summary>
    public RopeOptions Rope { get; init; } = new();

    /// <summary>Whether the output uses the weights of the embedding.</summary>
    public bool TiesEmbeddings { get; init; }

    /// <summary>Whether query, key and value have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output projection of attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Whether the projections of the feed-forward have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Standard deviation of fresh weights.</summary>
    public float InitializerRange { get; init; } = 0.02f;

    /// <summary>Beginning of a sequence; null if the model has none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a completion.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding; null if the model has none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>
    /// Whether one matrix holds query, key and value: so in folders of InternLM2, but not in its GGUF files.
    /// </summary>
    public bool IsQkvFused
    {
        get => _isQkvFused ?? Architecture == ModelArchitecture.InternLm2;
        init => _isQkvFused = value;
    }

    /// <summary>Where the heads are in a row of qkv.</summary>
    public QkvLayout QkvLayout => new(
        Heads, KvHeads, HeadDim, IsQkvFused ? QkvOrder.GroupInterleaved : QkvOrder.Blocks);

    /// <summary>Reads <c>config.json</c> and, where it is there, <c>generation_config.json</c> of a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// A file is malformed, lacks a member, or has an unsupported value; the message lists everything wrong.
    /// </exception>
    /// <exception cref="OptionsException">The sizes contradict each other.</exception>
    public static ModelConfig Load(string folder) => ConfigReader.Read(folder).Validated();

    /// <summary>Writes <c>config.json</c> and <c>generation_config.json</c>.</summary>
    /// <param name="folder">Must exist.</param>
    /// <param name="dtype">Storage type of the weights that go with it.</param>
    public void Save(string folder, DType dtype) => ConfigWriter.Write(Validated(), folder, dtype);

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range or contradicts another.</exception>
    public ModelConfig Validated()
    {
        var problems = new Problems(nameof(ModelConfig));
        problems.Require(Enum.IsDefined(Architecture), Architecture, "must be a known architecture");
        problems.Require(HiddenSize > 0, HiddenSize, "must be positive");
        problems.Require(IntermediateSize > 0, IntermediateSize, "must be positive");
        problems.Require(Layers > 0, Layers, "must be positive");
        problems.Require(Heads > 0, Heads, "must be positive");
        problems.Require(
            KvHeads > 0 && Heads % KvHeads == 0, KvHeads, $"must be positive and divide Heads, which is {Heads}");
        problems.Require(HeadDim > 0 && HeadDim % 2 == 0, HeadDim, "must be positive and even: RoPE rotates pairs");
        problems.Require(
            _headDim is not null || HiddenSize % Math.Max(1, Heads) == 0, HiddenSize,
            $"must be a multiple of Heads, which is {Heads}, unless HeadDim is given");
        problems.Require(
            !IsQkvFused || Architecture == ModelArchitecture.InternLm2, IsQkvFused,
            $"only InternLm2 has one matrix, and the architecture is {Architecture}");
        problems.Require(VocabSize > 0, VocabSize, "must be positive");
        problems.Require(MaxPositions > 0, MaxPositions, "must be positive");
        problems.Require(RmsNormEpsilon > 0, RmsNormEpsilon, "must be positive");
        problems.Require(InitializerRange > 0, InitializerRange, "must be positive");
        problems.Require(
            AreBiasesKnown, $"({QkvBias}, {AttentionOutputBias}, {FeedForwardBias})",
            $"{Architecture} has no such model: InternLm and InternLm2 have biases on all of attention or nowhere, "
            + "Llama also on all of the feed-forward, InternLm3 on qkv or on all else, Qwen2 on qkv, Mistral nowhere",
            $"({nameof(QkvBias)}, {nameof(AttentionOutputBias)}, {nameof(FeedForwardBias)})");
        RequireTokenId(problems, BosTokenId, nameof(BosTokenId));
        RequireTokenId(problems, PadTokenId, nameof(PadTokenId));
        foreach (int id in EosTokenIds)
        {
            RequireTokenId(problems, id, nameof(EosTokenIds));
        }

        problems.ThrowIfAny();
        _ = Rope.Validated(HeadDim);
        return this;
    }

    private bool AreBiasesKnown => Architecture switch
    {
        ModelArchitecture.InternLm2 or ModelArchitecture.InternLm => QkvBias == AttentionOutputBias && !FeedForwardBias,
        ModelArchitecture.InternLm3 => AttentionOutputBias == FeedForwardBias,
        ModelArchitecture.Llama => QkvBias == AttentionOutputBias,
        ModelArchitecture.Qwen2 => QkvBias && !AttentionOutputBias && !FeedForwardBias,
        _ => !QkvBias && !AttentionOutputBias && !FeedForwardBias,
    };

    private void RequireTokenId(Problems problems, int? id, string name) => problems.Require(
        id is null || (id >= 0 && id < VocabSize), id, $"must be below VocabSize, which is {VocabSize}", name);
}
