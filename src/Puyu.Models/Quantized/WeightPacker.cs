using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>Turns the weights of a file into what a decoder computes with.</summary>
/// <param name="source">The file.</param>
/// <param name="backend">Converts.</param>
/// <param name="options">Which weights are rounded, and how.</param>
internal sealed class WeightPacker(IWeightSource source, Backend backend, WeightsOptions options)
{
    /// <summary>Elements that are converted to F32 at a time.</summary>
    private const int ChunkElements = 1 << 24;

    /// <summary>The file.</summary>
    public IWeightSource Source => source;

    /// <summary>Converts.</summary>
    public Backend Backend => backend;

    /// <summary>Reads a parameter and packs it where it has codes or shall be rounded.</summary>
    /// <param name="scope">Owns <paramref name="floats"/>.</param>
    /// <param name="parameter">Of the model's table.</param>
    /// <param name="floats">The weights where the result is null.</param>
    /// <returns>Packed weights, for the caller to dispose; null where they stay real numbers.</returns>
    /// <exception cref="InvalidDataException">A scale of the file is not finite, or the file breaks a rule.</exception>
    public PackedMatrix? Pack(Scope scope, Parameter parameter, out Tensor? floats)
    {
        using Scope inner = scope.Begin();
        StoredWeight stored = source.Read(inner, parameter);
        QuantizedWeights? codes = stored.Codes
            ?? (SchemeOf(parameter) is { } scheme ? Round(inner, stored.Floats!, scheme) : null);
        floats = codes is null ? inner.Return(WithType(inner, parameter, stored.Floats!)) : null;
        return codes is null ? null : Pack(parameter, codes);
    }

    /// <summary>Rounds a matrix, a few rows at a time.</summary>
    internal static QuantizedWeights Round(Scope scope, Tensor matrix, QuantScheme scheme)
    {
        (int outputs, int inputs) = (matrix.Shape[0], matrix.Shape[1]);
        int groups = scheme.Groups(inputs);
        var rounded = new QuantizedWeights(
            outputs, inputs, scheme, new byte[checked(outputs * inputs)], new float[outputs * groups],
            new float[outputs * groups]);
        int chunkRows = Math.Max(1, ChunkElements / inputs);
        for (int first = 0; first < outputs; first += chunkRows)
        {
            using Scope inner = scope.Begin();
            Tensor chunk = inner.Empty([Math.Min(chunkRows, outputs - first), inputs]);
            inner.Copy(inner.View(matrix, chunk.Shape, first), chunk);
            int firstRow = first;
            Parallel.For(0, chunk.Shape[0], row =>
                RoundRow(chunk.Span<float>().Slice(row * inputs, inputs), firstRow + row, rounded));
        }

        return rounded;
    }

    private PackedMatrix Pack(Parameter parameter, QuantizedWeights codes)
    {
        try
        {
            return PackedMatrix.Pack(codes);
        }
        catch (ArgumentException exception)
        {
            // The numbers are the file's, so the fault is too.
            throw new InvalidDataException($"{source.Files[0]}: {parameter.Name}: {exception.Message}", exception);
        }
    }

    private static void RoundRow(ReadOnlySpan<float> weights, int row, QuantizedWeights rounded)
    {
        QuantScheme scheme = rounded.Scheme;
        int groups = scheme.Groups(weights.Length);
        for (int group = 0; group < groups; group++)
        {
            int first = group * scheme.GroupSize;
            int count = Math.Min(scheme.GroupSize, weights.Length - first);
            int at = (row * groups) + group;
            (rounded.Scales[at], rounded.Offsets[at]) = QuantizedWeights.RoundGroup(
                weights.Slice(first, count), scheme, rounded.Codes.AsSpan((row * weights.Length) + first, count));
        }
    }

    /// <summary>Ops on packed weights add biases of F32.</summary>
    private static Tensor WithType(Scope scope, Parameter parameter, Tensor floats) =>
        parameter.Group == ParameterGroup.Bias && floats.DType != DType.F32 ? scope.Cast(floats, DType.F32) : floats;

    private QuantScheme? SchemeOf(Parameter parameter) => parameter.Group switch
    {
        ParameterGroup.Matrix => options.Matrices,
        ParameterGroup.Embedding when parameter.Name == "output.weight" || source.Config.TiesEmbeddings =>
            options.Output,
        _ => null,
    };
}
