using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Tensors;

namespace Puyu.Models.HuggingFace;

/// <summary>Writes config.json and generation_config.json as Hugging Face's loaders expect them.</summary>
internal static class ConfigWriter
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>Writes the configuration of a folder.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="folder">Must exist.</param>
    /// <param name="dtype">Storage type of the weights.</param>
    /// <param name="quantization">What <c>quantization_config</c> says; null where weights are real numbers.</param>
    /// <exception cref="NotSupportedException">
    /// An InternLM2 without its one matrix of query, key and value, as GGUF files have it.
    /// </exception>
    public static void Write(ModelConfig config, string folder, DType dtype, JsonObject? quantization = null)
    {
        if (config.Architecture == ModelArchitecture.InternLm2 && !config.IsQkvFused)
        {
            throw new NotSupportedException(
                $"{folder} cannot be written: the model's query, key and value are apart, as in the GGUF file that it "
                + "comes from, but a folder of InternLM2 has one matrix for them");
        }

        JsonObject json = Config(config, dtype);
        if (quantization is not null)
        {
            json["quantization_config"] = quantization;
        }

        WriteJson(Path.Combine(folder, HuggingFaceFiles.Config), json);
        WriteJson(Path.Combine(folder, HuggingFaceFiles.Generation), WithTokenIds(config, []));
    }

    private static JsonObject Config(ModelConfig config, DType dtype)
    {
        (string className, string modelType) = ArchitectureNames.Of(config.Architecture);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(className),
            ["model_type"] = modelType,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KvHeads,
            ["head_dim"] = config.HeadDim,
            ["vocab_size"] = config.VocabSize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["rms_norm_eps"] = config.RmsNormEpsilon,
            ["tie_word_embeddings"] = config.TiesEmbeddings,
            ["initializer_range"] = config.InitializerRange,
            ["torch_dtype"] = Name(dtype),
        };
        RopeJson.Write(config, json);
        WriteBiases(config, json);
        return WithTokenIds(config, json);
    }

    private static JsonObject WithTokenIds(ModelConfig config, JsonObject json)
    {
        json["bos_token_id"] = config.BosTokenId;
        json["eos_token_id"] = config.EosTokenIds.Count switch
        {
            0 => null,
            1 => config.EosTokenIds[0],
            _ => new JsonArray([.. config.EosTokenIds.Select(id => (JsonNode)id)]),
        };
        json["pad_token_id"] = config.PadTokenId;
        return json;
    }

    private static void WriteBiases(ModelConfig config, JsonObject json)
    {
        switch (config.Architecture)
        {
            case ModelArchitecture.InternLm2 or ModelArchitecture.InternLm:
                json["bias"] = config.QkvBias;
                break;
            case ModelArchitecture.InternLm3:
                json["qkv_bias"] = config.QkvBias;
                json["bias"] = config.AttentionOutputBias;
                break;
            case ModelArchitecture.Llama:
                json["attention_bias"] = config.QkvBias;
                json["mlp_bias"] = config.FeedForwardBias;
                break;
            case ModelArchitecture.Mistral:
                json["sliding_window"] = null;
                break;
            default:
                json["use_sliding_window"] = false;
                break;
        }
    }

    private static string Name(DType dtype) => dtype switch
    {
        DType.BF16 => "bfloat16",
        DType.F16 => "float16",
        _ => "float32",
    };

    private static void WriteJson(string path, JsonObject json) =>
        AtomicFile.WriteText(path, json.ToJsonString(_indented) + "\n");
}
