using System.Text.Json.Nodes;
using Puyu.Models.HuggingFace;
using Puyu.Models.Quantized;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models.Quantizing;

/// <summary>Writes quantized models as Hugging Face folders.</summary>
internal static class QuantizedFolder
{
    private static readonly string[] _tokenizerFiles =
    [
        "tokenizer*", "*.model", "*.tiktoken", "vocab.json", "merges.txt", "special_tokens_map.json",
        "added_tokens.json", "chat_template*",
    ];

    /// <summary>Writes weights and configuration, and copies the tokenizer's files.</summary>
    public static void Write(
        Scope scope, QuantizedModel model, string source, string target, QuantizerOptions options)
    {
        bool isAwq = options.Method != QuantizerMethod.Gptq && options.Scheme.Bits == 4;
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Parameter parameter in model.Original.Parameters)
        {
            if (model.CodesOf(parameter) is not { } weights)
            {
                tensors.Add(parameter.FileName, model.Floats(scope, parameter));
                continue;
            }

            string module = parameter.FileName[..parameter.FileName.LastIndexOf('.')];
            foreach ((string part, Tensor tensor) in isAwq ? Awq(scope, weights) : Gptq(scope, weights))
            {
                tensors.Add($"{module}.{part}", tensor);
            }
        }

        SafetensorsFolder.Write(
            target, tensors,
            new SafetensorsOptions { Metadata = new Dictionary<string, string> { ["format"] = "pt" } });
        CopyTokenizer(source, target);
        DType dtype = model.Original.Parameters["embedding.weight"].DType;
        ConfigWriter.Write(model.Original.Config, target, dtype, Describe(isAwq, options));
    }

    private static (string Part, Tensor Tensor)[] Awq(Scope scope, QuantizedWeights weights)
    {
        (int n, int k) = (weights.Outputs, weights.Inputs);
        int groups = weights.Scheme.Groups(k);
        return
        [
            ("qweight", scope.From<int>(AwqLayout.Pack(weights.Codes, n), [k, n / AwqLayout.PerWord])),
            ("qzeros", scope.From<int>(AwqLayout.Pack(Zeros(weights), n), [groups, n / AwqLayout.PerWord])),
            ("scales", Scales(scope, weights)),
        ];
    }

    private static (string Part, Tensor Tensor)[] Gptq(Scope scope, QuantizedWeights weights)
    {
        (int n, int k, int bits) = (weights.Outputs, weights.Inputs, weights.Scheme.Bits);
        int groups = weights.Scheme.Groups(k);
        int perWord = 32 / bits;
        int[] groupOf = [.. Enumerable.Range(0, k).Select(input => input / weights.Scheme.GroupSize)];
        return
        [
            ("qweight", scope.From<int>(GptqLayout.PackInputs(weights.Codes, n, bits), [k / perWord, n])),
            ("qzeros", scope.From<int>(GptqLayout.PackOutputs(Zeros(weights), n, bits), [groups, n / perWord])),
            ("scales", Scales(scope, weights)),
            ("g_idx", scope.From<int>(groupOf, [k])),
        ];
    }

    /// <summary>[N, groups].</summary>
    private static byte[] Zeros(QuantizedWeights weights) =>
        [.. Enumerable.Range(0, weights.Scales.Length).Select(group => (byte)Rounding.ZeroOf(weights, group))];

    /// <summary>F16 [groups, N].</summary>
    private static Tensor Scales(Scope scope, QuantizedWeights weights)
    {
        int groups = weights.Scheme.Groups(weights.Inputs);
        var scales = new Half[weights.Scales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            scales[(i % groups * weights.Outputs) + (i / groups)] = (Half)weights.Scales[i];
        }

        return scope.From<Half>(scales, [groups, weights.Outputs]);
    }

    private static JsonObject Describe(bool isAwq, QuantizerOptions options) => isAwq
        ? new JsonObject
        {
            ["quant_method"] = "awq",
            ["version"] = "gemm",
            ["bits"] = options.Scheme.Bits,
            ["group_size"] = options.Scheme.GroupSize,
            ["zero_point"] = !options.Scheme.IsSymmetric,
            ["modules_to_not_convert"] = null,
        }
        : new JsonObject
        {
            ["quant_method"] = "gptq",
            ["bits"] = options.Scheme.Bits,
            ["group_size"] = options.Scheme.GroupSize,
            ["desc_act"] = false,
            ["static_groups"] = true,
            ["sym"] = options.Scheme.IsSymmetric,
            ["damp_percent"] = options.Damping,
            ["true_sequential"] = true,
            ["checkpoint_format"] = "gptq_v2",
            ["pack_dtype"] = "int32",
        };

    private static void CopyTokenizer(string source, string target)
    {
        foreach (string file in _tokenizerFiles.SelectMany(pattern => Directory.GetFiles(source, pattern)).Distinct())
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
    }
}
