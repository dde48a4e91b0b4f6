using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>One block of a model in F32, stage by stage, to look at the inputs of its linear maps.</summary>
/// <remarks>
/// <code>
///   a = Norm(x)         qkv = Qkv(a)
///   m = Attention(qkv)  x' = x + Output(m)
///   b = Norm(x')        s = silu(Gate(b)) ⊙ Up(b)
///   y = x' + Down(s)
/// </code>
/// The equations are those of <see cref="Layers.DecoderBlock"/>; a test compares the two.
/// </remarks>
internal sealed class CalibrationBlock
{
    private readonly ModelConfig _config;
    private readonly RopeTable _rope;
    private readonly BlockLinear _output;
    private readonly BlockLinear _gate;
    private readonly BlockLinear _up;
    private readonly BlockLinear _down;

    /// <param name="scope">Owns copies of the weights.</param>
    /// <param name="decoder">Of real numbers.</param>
    /// <param name="rope">The decoder's angles.</param>
    /// <param name="layer">Which block.</param>
    public CalibrationBlock(Scope scope, Decoder decoder, RopeTable rope, int layer)
    {
        (_config, _rope) = (decoder.Config, rope);
        string name = $"layers.{layer}";
        string[] qkv = _config.IsQkvFused
            ? ["attention.qkv"]
            : ["attention.query", "attention.key", "attention.value"];
        Qkv = [.. qkv.Select(part => Read($"{name}.{part}"))];
        _output = Read($"{name}.attention.output");
        _gate = Read($"{name}.feed_forward.gate");
        _up = Read($"{name}.feed_forward.up");
        _down = Read($"{name}.feed_forward.down");
        AttentionNorm = Copy($"{name}.attention_norm.weight");
        FeedForwardNorm = Copy($"{name}.feed_forward_norm.weight");

        BlockLinear Read(string module) => new(
            module, Copy($"{module}.weight"),
            decoder.Parameters.TryGet($"{module}.bias", out _) ? Copy($"{module}.bias") : null);

        Tensor Copy(string parameter)
        {
            Tensor value = decoder.Parameters[parameter].Value;
            Tensor copy = scope.Empty(value.Shape);
            scope.Copy(value, copy);
            copy.Name = parameter;
            return copy;
        }
    }

    /// <summary>One map, or query, key and value.</summary>
    public IReadOnlyList<BlockLinear> Qkv { get; }

    /// <summary>Weight of the norm before attention.</summary>
    public Tensor AttentionNorm { get; }

    /// <summary>Weight of the norm before the feed-forward.</summary>
    public Tensor FeedForwardNorm { get; }

    /// <summary>The maps of a stage.</summary>
    public IReadOnlyList<BlockLinear> Linears(BlockStage stage) => stage switch
    {
        BlockStage.Qkv => Qkv,
        BlockStage.AttentionOutput => [_output],
        BlockStage.GateUp => [_gate, _up],
        BlockStage.Down => [_down],
        _ => [],
    };

    /// <summary>Computes the input of a stage, with the weights as they are by then.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="stage">The end for the result of the block.</param>
    /// <param name="x">[T, D]: the input of the block, one sequence.</param>
    /// <param name="input">The sequence.</param>
    /// <returns>[T, inputs].</returns>
    public Tensor InputOf(Scope scope, BlockStage stage, Tensor x, DecoderInput input)
    {
        Tensor a = scope.RmsNorm(x, AttentionNorm, _config.RmsNormEpsilon);           // [T, D]
        if (stage == BlockStage.Qkv)
        {
            return a;
        }

        Tensor mixed = Attend(scope, a, input);                                       // [T, H·E]
        if (stage == BlockStage.AttentionOutput)
        {
            return mixed;
        }

        x = scope.Add(x, Apply(scope, _output, mixed));                               // [T, D]
        Tensor b = scope.RmsNorm(x, FeedForwardNorm, _config.RmsNormEpsilon);         // [T, D]
        if (stage == BlockStage.GateUp)
        {
            return b;
        }

        Tensor s = scope.SwiGlu(Apply(scope, _gate, b), Apply(scope, _up, b));        // [T, F]
        return stage == BlockStage.Down ? s : scope.Add(x, Apply(scope, _down, s));   // [T, D]
    }

    private static Tensor Apply(Scope scope, BlockLinear linear, Tensor x) =>
        scope.Linear(x, linear.Weight, linear.Bias);

    private Tensor Attend(Scope scope, Tensor a, DecoderInput input)
    {
        Tensor[] parts = [.. Qkv.Select(linear => Apply(scope, linear, a))];
        Tensor qkv = parts.Length == 1 ? parts[0] : scope.Concat(parts[0], parts[1], parts[2]);
        Tensor rotated = scope.Rope(qkv, input.PositionIds, _rope.For(input.Length), _config.QkvLayout);
        return scope.Attention(rotated, input.CuSeqLens, _config.QkvLayout);
    }
}
