using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>Quantizes models: see docs/formats.md.</summary>
public static class Quantizer
{
    /// <summary>Of this many sequences one is held out to measure perplexity on.</summary>
    private const int SequencesPerHeldOut = 8;

    /// <summary>Quantizes a model and writes it.</summary>
    /// <param name="source">A Hugging Face folder of real numbers.</param>
    /// <param name="target">
    /// Folder to write, in AutoAWQ's layout, or in GPTQ's for that method or 8 bits; or a GGUF file, if the options say
    /// so. The tokenizer's files are copied to a folder.
    /// </param>
    /// <param name="tokenIds">Calibration text; of its sequences, the last eighth is held out.</param>
    /// <param name="options">How.</param>
    /// <param name="backend">A backend in the memory of the host.</param>
    /// <param name="progress">Told the number of blocks that are done.</param>
    /// <returns>Perplexity before and after. The same input gives the same files.</returns>
    /// <exception cref="OptionsException">The options do not fit each other, the model or the text.</exception>
    /// <exception cref="InvalidDataException">The source is damaged, or quantized already.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static QuantizerResult Quantize(
        string source, string target, ReadOnlySpan<int> tokenIds, QuantizerOptions options, Backend backend,
        IProgress<int>? progress = null)
    {
        using Decoder decoder = Decoder.Load(source, backend);
        options = options.Validated(decoder.Config, tokenIds.Length);
        int length = options.SequenceLength;
        int sequences = tokenIds.Length / length;
        int heldOut = Math.Max(1, sequences / SequencesPerHeldOut);
        ReadOnlySpan<int> calibration = tokenIds[..((sequences - heldOut) * length)];
        ReadOnlySpan<int> test = tokenIds.Slice(calibration.Length, heldOut * length);

        using Scope scope = backend.BeginScope();
        QuantizedModel model = Quantize(scope, decoder, calibration, options, progress);
        Write(scope, model, source, target, options);
        using Decoder written = DecoderFile.Load(target, backend);
        return new QuantizerResult(
            Perplexity.Of(decoder, test, length), Perplexity.Of(written, test, length), heldOut * (length - 1),
            calibration.Length);
    }

    /// <summary>Quantizes the blocks of a model, one after the other.</summary>
    internal static QuantizedModel Quantize(
        Scope scope, Decoder decoder, ReadOnlySpan<int> tokenIds, QuantizerOptions options, IProgress<int>? progress)
    {
        var model = new QuantizedModel(decoder);
        CalibrationSequence[] sequences = Embed(scope, decoder, tokenIds, options.SequenceLength);
        using var rope = new RopeTable(decoder.Config.Rope, decoder.Config.HeadDim, decoder.Backend);
        for (int layer = 0; layer < decoder.Config.Layers; layer++)
        {
            using Scope inner = scope.Begin();
            var block = new CalibrationBlock(inner, decoder, rope, layer);
            var quantizer = new BlockQuantizer(block, decoder.Config, options);
            model.Add(scope, block, quantizer.Quantize(inner, sequences));
            foreach (CalibrationSequence sequence in sequences)
            {
                using Scope forward = inner.Begin();
                Tensor result = block.InputOf(forward, BlockStage.End, sequence.Hidden, sequence.Input);
                forward.Copy(result, sequence.Hidden);
            }

            progress?.Report(layer + 1);
        }

        return model;
    }

    private static CalibrationSequence[] Embed(
        Scope scope, Decoder decoder, ReadOnlySpan<int> tokenIds, int length)
    {
        var sequences = new CalibrationSequence[tokenIds.Length / length];
        int[] positions = [.. Enumerable.Range(0, length)];
        for (int i = 0; i < sequences.Length; i++)
        {
            DecoderInput input = DecoderInput.From(
                scope, tokenIds.Slice(i * length, length), positions, [0, length]);
            Tensor hidden = scope.Embedding(decoder.Parameters["embedding.weight"].Value, input.TokenIds);
            sequences[i] = new CalibrationSequence(input, hidden);
        }

        return sequences;
    }

    private static void Write(
        Scope scope, QuantizedModel model, string source, string target, QuantizerOptions options)
    {
        if (options.Gguf is null)
        {
            QuantizedFolder.Write(scope, model, source, target, options);
            return;
        }

        using Decoder scaled = Decoder.Create(
            model.Original.Config, model.Original.Backend,
            (inner, parameter) => parameter.Attach(model.Copy(inner, parameter)));
        GgufModel.Save(scaled, target, options.Gguf);
    }
}
