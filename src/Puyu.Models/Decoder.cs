using Puyu.Abstractions;
using Puyu.Models.Layers;
using Puyu.Models.Quantized;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models;

/// <summary>
/// The decoder-only transformer behind InternLM2, InternLM, InternLM3, Llama, Mistral and Qwen2. See docs/models.md.
/// </summary>
/// <remarks>
/// <code>
///   x = Embedding(tokens);   x ← Block(x), L times;   hidden = Norm(x);   logits = hidden Wᵀ
/// </code>
/// Used by one thread at a time, like its backend.
/// </remarks>
public sealed class Decoder : IDisposable
{
    private readonly Scope _scope;
    private readonly IDisposable? _files;
    private readonly RopeTable _rope;
    private readonly DecoderBlock[] _blocks;
    private readonly RmsNorm _norm;
    private readonly Parameter _embedding;
    private readonly Parameter _output;

    /// <param name="config">Validated.</param>
    /// <param name="parameters">With values, in <paramref name="scope"/>.</param>
    /// <param name="scope">Freed with the decoder.</param>
    /// <param name="files">Unmapped with the decoder.</param>
    private Decoder(ModelConfig config, ParameterTable parameters, Scope scope, IDisposable? files)
    {
        Config = config;
        Parameters = parameters;
        _scope = scope;
        _files = files;
        _rope = new RopeTable(config.Rope, config.HeadDim, scope.Backend);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(Block)];
        _norm = Norm("norm");
        _embedding = parameters["embedding.weight"];
        _output = config.TiesEmbeddings ? _embedding : parameters["output.weight"];
    }

    /// <summary>Sizes and variants.</summary>
    public ModelConfig Config { get; }

    /// <summary>The parameters by name and place.</summary>
    public ParameterTable Parameters { get; }

    /// <summary>Where the weights are and the model computes.</summary>
    public Backend Backend => _scope.Backend;

    /// <summary>
    /// Whether backward recomputes the inside of each block instead of keeping it: a third more time for a fraction of
    /// the memory. Results are the same to the bit.
    /// </summary>
    public bool RecomputesBlocks { get; set; }

    /// <summary>Makes a model whose weights have memory but no content: see <see cref="Initialize"/>.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="weights">Storage type of the weights: F32, BF16 or F16.</param>
    /// <exception cref="OptionsException">The configuration contradicts itself.</exception>
    public static Decoder Create(ModelConfig config, Backend backend, DType weights = DType.F32)
    {
        if (!weights.IsFloat())
        {
            throw new ArgumentOutOfRangeException(nameof(weights), weights, "must be F32, BF16 or F16");
        }

        ParameterTable parameters = ParameterTable.Of(config.Validated(), weights);
        Scope scope = backend.BeginScope();
        parameters.AllocateValues(scope);
        return new Decoder(config, parameters, scope, files: null);
    }

    /// <summary>
    /// Makes a model of weights that the caller reads, some of them packed: see <see cref="Parameter.Packed"/>.
    /// </summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="attach">
    /// Called for each parameter in order, to attach a tensor of the scope or a packed matrix. Norms and biases must be
    /// tensors, biases F32.
    /// </param>
    /// <param name="files">What the weights are mapped from, if anything; disposed with the decoder.</param>
    /// <exception cref="OptionsException">The configuration contradicts itself.</exception>
    /// <exception cref="InvalidOperationException">A parameter was given nothing.</exception>
    public static Decoder Create(
        ModelConfig config, Backend backend, Action<Scope, Parameter> attach, IDisposable? files = null)
    {
        ParameterTable parameters = ParameterTable.Of(config.Validated());
        Scope scope = backend.BeginScope();
        try
        {
            foreach (Parameter parameter in parameters)
            {
                attach(scope, parameter);
                _ = parameter.Packed is null ? parameter.Value : null;
            }

            return new Decoder(config, parameters, scope, files);
        }
        catch
        {
            Free(parameters, scope, files);
            throw;
        }
    }

    /// <summary>Opens a Hugging Face folder. Weights stay in the mapped files, in their storage type.</summary>
    /// <param name="folder">Holds config.json and safetensors files.</param>
    /// <param name="backend">A backend in the memory of the host.</param>
    /// <exception cref="InvalidDataException">
    /// A file is corrupt, or its keys and shapes are not those of the configuration; names each at fault.
    /// </exception>
    public static Decoder Load(string folder, Backend backend)
    {
        ModelConfig config = ModelConfig.Load(folder);
        ParameterTable parameters = ParameterTable.Of(config);
        SafetensorsFolder files = Open(folder, parameters, config);
        Scope scope = backend.BeginScope();
        foreach (Parameter parameter in parameters)
        {
            parameter.Attach(files.Load(scope, parameter.FileName));
        }

        return new Decoder(config, parameters, scope, files);
    }

    /// <summary>Reads a Hugging Face folder into F32 memory of the model's own, for training.</summary>
    /// <inheritdoc cref="Load"/>
    public static Decoder LoadTrainable(string folder, Backend backend)
    {
        Decoder decoder = Create(ModelConfig.Load(folder), backend);
        try
        {
            using SafetensorsFolder files = Open(folder, decoder.Parameters, decoder.Config);
            foreach (Parameter parameter in decoder.Parameters)
            {
                using Scope scope = backend.BeginScope();
                Tensor stored = files.Load(scope, parameter.FileName);
                scope.Cast(stored, DType.F32).Span<float>().CopyTo(parameter.Value.Span<float>());
            }

            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Draws the weights: normal, norms 1, biases 0. On a backend without memory nothing happens.</summary>
    /// <param name="seed">The same seed gives the same weights, parameter by parameter.</param>
    /// <param name="options">Null for the defaults.</param>
    public void Initialize(ulong seed, InitializationOptions? options = null)
    {
        if (Backend is MetaBackend)
        {
            return;
        }

        options ??= new InitializationOptions();
        Parallel.ForEach(Parameters, parameter => Initializer.Initialize(parameter, Config, options, seed));
    }

    /// <summary>Gives every parameter a gradient, zero, in one flat buffer.</summary>
    public void AllocateGradients() => Parameters.AllocateGradients(_scope);

    /// <summary>Computes the hidden states.</summary>
    /// <param name="scope">
    /// Owns the result. Recording keeps what backward needs; otherwise each block frees its own.
    /// </param>
    /// <param name="input">Token ids below <see cref="ModelConfig.VocabSize"/>.</param>
    /// <returns>[T, D], after the final norm.</returns>
    public Tensor Forward(Scope scope, DecoderInput input)
    {
        Tensor x = Embed(scope, input.TokenIds);                                      // [T, D]
        foreach (DecoderBlock block in _blocks)
        {
            x = Apply(scope, block, x, input);                                        // [T, D]
        }

        return _norm.Forward(scope, x);                                               // [T, D]
    }

    /// <summary>Computes <c>scale · Σ −log p(label)</c> over the tokens whose label is not negative.</summary>
    /// <param name="scope">Recording, for <see cref="Scope.Backward(Tensor)"/> of the result.</param>
    /// <param name="input">The tokens.</param>
    /// <param name="labels">I32 [T]: the token to predict at each place; negative is ignored.</param>
    /// <param name="scale">1 / number of labels, for a mean.</param>
    /// <returns>[1].</returns>
    public Tensor Loss(Scope scope, DecoderInput input, Tensor labels, float scale)
    {
        Tensor hidden = Forward(scope, input);                                        // [T, D]
        return scope.LinearCrossEntropy(hidden, _output.Value, labels, scale);             // [1]
    }

    /// <summary>Computes unnormalized log-probabilities.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">[T, D], from <see cref="Forward"/>.</param>
    /// <returns>[T, V].</returns>
    public Tensor Logits(Scope scope, Tensor hidden) => _output.Packed is { } packed
        ? scope.QuantizedLinear(hidden, packed)
        : scope.Linear(hidden, _output.Value);

    /// <summary>Computes the log-probability of a target at each place, without ever keeping all logits.</summary>
    /// <param name="scope">Owns the result; not recorded.</param>
    /// <param name="hidden">[T, D], from <see cref="Forward"/>.</param>
    /// <param name="targets">I32 [T]; negative is ignored and gives 0.</param>
    /// <returns>Two tensors of shape [T].</returns>
    public TargetScores LogProbabilities(Scope scope, Tensor hidden, Tensor targets) => _output.Packed is { } packed
        ? scope.LogProbabilities(hidden, packed, targets)
        : scope.LogProbabilities(hidden, _output.Value, targets);

    /// <inheritdoc/>
    public void Dispose()
    {
        _rope.Dispose();
        Free(Parameters, _scope, _files);
    }

    private static void Free(ParameterTable parameters, Scope scope, IDisposable? files)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.Packed?.Dispose();
        }

        scope.Dispose();
        files?.Dispose();
    }

    private static SafetensorsFolder Open(string folder, ParameterTable parameters, ModelConfig config)
    {
        QuantizationConfig.RequireNone(folder);
        SafetensorsFolder files = SafetensorsFolder.Open(folder);
        try
        {
            KeyCheck.Require(files, parameters, config);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private Tensor Embed(Scope scope, Tensor tokenIds) => _embedding.Packed is { } packed
        ? scope.Embedding(packed, tokenIds)
        : scope.Embedding(_embedding.Value, tokenIds);

    private Tensor Apply(Scope scope, DecoderBlock block, Tensor x, DecoderInput input)
    {
        if (scope.IsRecording)
        {
            return RecomputesBlocks
                ? scope.Checkpoint(
                    static (inner, x, call) => call.Block.Forward(inner, x, call.Input), x, new Call(block, input))
                : block.Forward(scope, x, input);
        }

        using Scope inner = scope.Begin();
        Tensor y = inner.Return(block.Forward(inner, x, input));
        scope.Release(x);
        return y;
    }

    private DecoderBlock Block(int layer)
    {
        string name = $"layers.{layer}";
        Linear output = Linear.Of(Parameters, $"{name}.attention.output");
        return new DecoderBlock(
            Norm($"{name}.attention_norm"),
            new GroupedQueryAttention(Projection(name), output, _rope, Config.QkvLayout, layer),
            Norm($"{name}.feed_forward_norm"),
            new FeedForward(
                Linear.Of(Parameters, $"{name}.feed_forward.gate"), Linear.Of(Parameters, $"{name}.feed_forward.up"),
                Linear.Of(Parameters, $"{name}.feed_forward.down")));
    }

    private IQkvProjection Projection(string layer)
    {
        if (Config.IsQkvFused)
        {
            return new FusedQkv(Linear.Of(Parameters, $"{layer}.attention.qkv"));
        }

        Linear query = Linear.Of(Parameters, $"{layer}.attention.query");
        Linear key = Linear.Of(Parameters, $"{layer}.attention.key");
        Linear value = Linear.Of(Parameters, $"{layer}.attention.value");
        return Linear.ArePackedAlike(query, key, value)
            ? new PackedQkv(query, key, value)
            : new SeparateQkv(query, key, value);
    }

    private RmsNorm Norm(string name) => new(Parameters[$"{name}.weight"].Value, Config.RmsNormEpsilon);

    /// <summary>What a block that is recomputed reads beside its input.</summary>
    private readonly record struct Call(DecoderBlock Block, DecoderInput Input);
}
