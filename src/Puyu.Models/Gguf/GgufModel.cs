using System.Runtime.InteropServices;
using Puyu.Abstractions;
using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>Models as GGUF files.</summary>
public static class GgufModel
{
    /// <summary>Elements that are converted at a time.</summary>
    private const int ChunkElements = 1 << 20;

    /// <summary>Writes weights, sizes and, where the options have one, the tokenizer.</summary>
    /// <param name="decoder">A model of real numbers, in the memory of a host.</param>
    /// <param name="path">Replaced if it exists, whole or not at all.</param>
    /// <param name="options">Storage types and tokenizer.</param>
    /// <exception cref="OptionsException">Blocks of the storage type do not divide the rows of the model.</exception>
    /// <exception cref="NotSupportedException">The format cannot say how the model scales RoPE.</exception>
    /// <exception cref="IOException">The file cannot be written; an old one is untouched.</exception>
    public static void Save(Decoder decoder, string path, GgufOptions options)
    {
        ModelConfig config = decoder.Config;
        options = options.Validated(config);
        bool interleaves = GgufConfig.Interleaves(GgufConfig.ArchitectureOf(config));
        IEnumerable<GgufOutput> outputs = GgufPart.Of(config, decoder.Parameters, interleaves).Select(
            part => Output(decoder.Parameters[part.Parameter], part, options));
        GgufWriter.Write(path, Keys(config, options), [.. outputs]);
    }

    /// <summary>Keys of sizes and tokenizer. Where both name a role of a token, the model's counts.</summary>
    internal static List<KeyValuePair<string, object>> Keys(ModelConfig config, GgufOptions options)
    {
        List<KeyValuePair<string, object>> keys = GgufConfig.Write(config, options.Type);
        HashSet<string> known = [.. keys.Select(key => key.Key)];
        keys.AddRange(options.Tokenizer.Count > 0
            ? options.Tokenizer.Where(key => !known.Contains(key.Key))
            : [new("tokenizer.ggml.model", "no_vocab")]);
        return keys;
    }

    /// <summary>How a parameter is stored.</summary>
    internal static BlockFormat FormatOf(Parameter parameter, GgufOptions options) => BlockFormat.Of(
        parameter.Group is ParameterGroup.Norm or ParameterGroup.Bias ? GgufType.F32
        : parameter.Name == "output.weight" ? options.Output
        : options.Type);

    private static GgufOutput Output(Parameter parameter, GgufPart part, GgufOptions options)
    {
        BlockFormat format = FormatOf(parameter, options);
        int rows = part.Rows?.Length ?? parameter.Shape[0];
        Shape shape = parameter.Shape.Rank == 1 ? [rows] : [rows, parameter.Shape[^1]];
        return new GgufOutput(
            part.Name, format, shape, stream => WriteRows(stream, parameter.Value, part.Rows, shape, format));
    }

    private static void WriteRows(Stream stream, Tensor value, int[]? rows, Shape shape, BlockFormat format)
    {
        int length = shape.Rank == 1 ? 1 : shape[1];
        int chunkRows = Math.Max(1, ChunkElements / length);
        for (int first = 0; first < shape[0]; first += chunkRows)
        {
            using Scope scope = value.Backend.BeginScope();
            Tensor chunk = scope.Empty([Math.Min(chunkRows, shape[0] - first), length]);
            Gather(scope, value, rows, first, chunk);
            Write(stream, scope, chunk, format);
        }
    }

    private static void Gather(Scope scope, Tensor value, int[]? rows, int first, Tensor chunk)
    {
        Tensor matrix = scope.View(value, [value.Shape[0], chunk.Shape[1]]);
        if (rows is null)
        {
            scope.Copy(scope.View(matrix, chunk.Shape, first), chunk);
            return;
        }

        for (int row = 0; row < chunk.Shape[0]; row++)
        {
            using Scope inner = scope.Begin();
            Shape shape = [1, chunk.Shape[1]];
            inner.Copy(inner.View(matrix, shape, rows[first + row]), inner.View(chunk, shape, row));
        }
    }

    private static void Write(Stream stream, Scope scope, Tensor chunk, BlockFormat format)
    {
        if (format.HoldsCodes)
        {
            stream.Write(Round(chunk.Span<float>().ToArray(), chunk.Shape[1], format));
            return;
        }

        Tensor elements = format.FloatType == DType.F32 ? chunk : scope.Cast(chunk, format.FloatType);
        stream.Write(format.FloatType switch
        {
            DType.F16 => MemoryMarshal.AsBytes(elements.Span<Half>()),
            DType.BF16 => MemoryMarshal.AsBytes(elements.Span<BFloat16>()),
            _ => MemoryMarshal.AsBytes(elements.Span<float>()),
        });
    }

    private static byte[] Round(float[] weights, int length, BlockFormat format)
    {
        int rowBytes = (int)format.BytesOf(length);
        byte[] blocks = new byte[weights.Length / length * rowBytes];
        Parallel.For(0, weights.Length / length, row => format.Round(
            weights.AsSpan(row * length, length), blocks.AsSpan(row * rowBytes, rowBytes)));
        return blocks;
    }
}
