using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantizing;

/// <summary>How the matrices of a model's blocks are quantized; embedding and output stay real numbers.</summary>
public sealed record QuantizerOptions
{
    /// <summary>How codes are chosen.</summary>
    public QuantizerMethod Method { get; init; } = QuantizerMethod.Awq;

    /// <summary>Bits and groups; the rows of every matrix are whole groups of 32, 64 or 128.</summary>
    public QuantScheme Scheme { get; init; } = new();

    /// <summary>
    /// Storage of a GGUF file to write instead of a Hugging Face folder: weights are scaled and clipped as
    /// <see cref="Method"/> says, then rounded as the file's types are. Null for a folder.
    /// </summary>
    public GgufOptions? Gguf { get; init; }

    /// <summary>Whether <see cref="QuantizerMethod.Gptq"/> rounds inputs of large activations first.</summary>
    public bool OrdersByActivation { get; init; } = true;

    /// <summary>What is added to the diagonal of GPTQ's Hessian, as a fraction of its mean.</summary>
    public double Damping { get; init; } = 0.01;

    /// <summary>Tokens of a calibration sequence.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <param name="config">The model.</param>
    /// <param name="tokens">Tokens of the calibration text.</param>
    /// <exception cref="OptionsException">A value is out of range, or the sizes of the model do not fit.</exception>
    public QuantizerOptions Validated(ModelConfig config, int tokens)
    {
        _ = Scheme.Validated();
        _ = Gguf?.Validated(config);
        var problems = new Problems(nameof(QuantizerOptions));
        problems.Require(Scheme.GroupSize is 32 or 64 or 128, Scheme.GroupSize, "must be 32, 64 or 128");
        problems.Require(Damping is > 0 and < 1, Damping, "must be between 0 and 1");
        problems.Require(
            SequenceLength > 1 && SequenceLength <= config.MaxPositions, SequenceLength,
            $"must be from 2 to MaxPositions, which is {config.MaxPositions}");
        problems.Require(
            tokens / Math.Max(1, SequenceLength) >= 2, tokens,
            $"must be at least two sequences of {SequenceLength}: one is held out", nameof(tokens));
        problems.Require(
            Gguf is null || Method != QuantizerMethod.Gptq, Method,
            "must be Nearest or Awq for GGUF, which rounds on a grid of its own");
        foreach ((string name, int inputs) in (ReadOnlySpan<(string, int)>)
        [
            ("HiddenSize", config.HiddenSize), ("IntermediateSize", config.IntermediateSize),
            ("Heads × HeadDim", config.Heads * config.HeadDim),
        ])
        {
            problems.Require(
                Gguf is not null || inputs % Scheme.GroupSize == 0, Scheme.GroupSize,
                $"must divide {name}, which is {inputs}");
        }

        problems.ThrowIfAny();
        return this;
    }
}
