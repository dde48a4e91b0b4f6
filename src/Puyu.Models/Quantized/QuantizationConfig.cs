using Puyu.Models.HuggingFace;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>What <c>quantization_config</c> of a config.json says.</summary>
/// <param name="Method">The layout.</param>
/// <param name="Bits">Bits of a code, 4 or 8.</param>
/// <param name="GroupSize">Inputs that share a scale; null for all of a row.</param>
/// <param name="StoresZeroLessOne">Whether zeros are one less in the file: the first GPTQ format.</param>
internal sealed record QuantizationConfig(
    QuantizationMethod Method, int Bits, int? GroupSize, bool StoresZeroLessOne)
{
    private const string Key = "quantization_config";

    /// <summary>Reads the configuration of a folder; null where its weights are real numbers.</summary>
    /// <exception cref="InvalidDataException">It names a method or a variant that is not supported.</exception>
    public static QuantizationConfig? Read(string folder) =>
        ConfigReader.Parse(Path.Combine(folder, HuggingFaceFiles.Config), static fields =>
            fields.Object(Key) is { } quantization ? Parse(quantization) : null);

    /// <summary>Throws if the weights of a folder are quantized.</summary>
    /// <exception cref="InvalidDataException">They are.</exception>
    public static void RequireNone(string folder)
    {
        if (Read(folder) is { } quantization)
        {
            throw new InvalidDataException(
                $"{folder} has weights of {quantization.Bits} bits ({quantization.Method}) but real numbers are needed "
                + "here; DecoderFile.Load opens quantized models");
        }
    }

    /// <summary>The scheme of a linear map.</summary>
    /// <param name="inputs">Length of a row; as the size of a group it is rounded up to 16.</param>
    /// <param name="isSymmetric">Whether every group's zero is the middle code.</param>
    public QuantScheme SchemeOf(int inputs, bool isSymmetric) => new()
    {
        Bits = Bits,
        GroupSize = GroupSize ?? (inputs + 15) / 16 * 16,
        IsSymmetric = isSymmetric,
    };

    private static QuantizationConfig Parse(JsonFields fields)
    {
        string? method = fields.Text("quant_method");
        QuantizationConfig? config = method switch
        {
            "awq" => Awq(fields),
            "gptq" => Gptq(fields),
            "compressed-tensors" => CompressedTensors(fields),
            "smooth_quant" => SmoothQuant(fields),
            _ => null,
        };
        fields.Require(
            config is not null,
            $"{Key}.quant_method is '{method}' but must be awq, gptq, compressed-tensors or smooth_quant");
        fields.ThrowIfAny();
        RequireSizes(fields, config!);
        fields.ThrowIfAny();
        return config!;
    }

    private static void RequireSizes(JsonFields fields, QuantizationConfig config)
    {
        fields.Require(
            config.Bits == 4 || (config.Bits == 8 && config.Method != QuantizationMethod.Awq),
            $"{Key} has {config.Bits} bits but must have 4, or 8 where the method is not awq");
        fields.Require(
            config.GroupSize is null || (config.GroupSize > 0 && config.GroupSize % 16 == 0),
            $"{Key} has groups of {config.GroupSize} but they must be multiples of 16");
    }

    private static QuantizationConfig Awq(JsonFields fields)
    {
        string version = fields.Text("version") ?? "gemm";
        fields.Require(
            string.Equals(version, "gemm", StringComparison.OrdinalIgnoreCase),
            $"{Key}.version is '{version}' but only gemm is supported");
        return new(QuantizationMethod.Awq, fields.Required("bits"), Group(fields), StoresZeroLessOne: false);
    }

    private static QuantizationConfig Gptq(JsonFields fields)
    {
        string format = fields.Text("checkpoint_format") ?? "gptq";
        fields.Require(
            format is "gptq" or "gptq_v2", $"{Key}.checkpoint_format is '{format}' but must be gptq or gptq_v2");
        string packed = fields.Text("pack_dtype") ?? "int32";
        fields.Require(packed == "int32", $"{Key}.pack_dtype is '{packed}' but only int32 is supported");
        return new(QuantizationMethod.Gptq, fields.Required("bits"), Group(fields), format == "gptq");
    }

    private static QuantizationConfig? CompressedTensors(JsonFields fields)
    {
        string? format = fields.Text("format");
        fields.Require(
            format is "pack-quantized" or "int-quantized",
            $"{Key}.format is '{format}' but must be pack-quantized or int-quantized");
        JsonFields[] groups = fields.Object("config_groups")?.Objects() ?? [];
        (int Bits, int? Group)[] weights = [.. groups.Select(group => group.Object("weights")).OfType<JsonFields>()
            .Select(ReadWeights).Distinct()];
        fields.Require(
            weights.Length == 1,
            $"{Key}.config_groups has {weights.Length} kinds of weights but exactly one is supported");
        return weights.Length == 1
            ? new(QuantizationMethod.CompressedTensors, weights[0].Bits, weights[0].Group, StoresZeroLessOne: false)
            : null;
    }

    private static (int Bits, int? Group) ReadWeights(JsonFields weights)
    {
        string type = weights.Text("type") ?? "int";
        string strategy = weights.Text("strategy") ?? "group";
        weights.Require(type == "int", $"weights.type is '{type}' but only int is supported");
        weights.Require(
            strategy is "group" or "channel", $"weights.strategy is '{strategy}' but must be group or channel");
        return (weights.Required("num_bits"), strategy == "group" ? Group(weights) : null);
    }

    private static QuantizationConfig SmoothQuant(JsonFields fields)
    {
        string type = fields.Text("quant_dtype") ?? "int8";
        fields.Require(type == "int8", $"{Key}.quant_dtype is '{type}' but only int8 is supported");
        return new(QuantizationMethod.SmoothQuant, Bits: 8, GroupSize: null, StoresZeroLessOne: false);
    }

    /// <summary>A size below zero stands for the whole row.</summary>
    private static int? Group(JsonFields fields)
    {
        int size = fields.Required("group_size");
        return size < 0 ? null : size;
    }
}
