using System.Text.Json;

namespace Puyu.Models.HuggingFace;

/// <summary>
/// Reads config.json and generation_config.json. What changes results and is not supported is an error.
/// </summary>
internal static class ConfigReader
{
    /// <summary>Reads the configuration of a folder.</summary>
    /// <exception cref="InvalidDataException">
    /// A file is no JSON, lacks a member, or has an unsupported value; the message lists everything wrong.
    /// </exception>
    public static ModelConfig Read(string folder)
    {
        ModelConfig config = Parse(Path.Combine(folder, HuggingFaceFiles.Config), ReadConfig);
        string generation = Path.Combine(folder, HuggingFaceFiles.Generation);
        return File.Exists(generation)
            ? Parse(generation, fields => WithGeneration(config, fields))
            : config;
    }

    /// <summary>Reads a JSON object and reports everything wrong with it at once.</summary>
    /// <exception cref="InvalidDataException">The file is no object, or problems were noted.</exception>
    public static T Parse<T>(string path, Func<JsonFields, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException(
                    $"{path}: is a JSON {document.RootElement.ValueKind} but must be an object");
            }

            var fields = new JsonFields(path, document.RootElement);
            T value = read(fields);
            fields.ThrowIfAny();
            return value;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: is not JSON: {exception.Message}", exception);
        }
    }

    private static ModelConfig ReadConfig(JsonFields fields)
    {
        string? className = fields.FirstText("architectures");
        string? modelType = fields.Text("model_type");
        ModelArchitecture? architecture = ArchitectureNames.Find(className, modelType);
        fields.Require(
            architecture is not null,
            $"the architecture is {className ?? modelType ?? "not given"} "
            + $"but must be one of {ArchitectureNames.Supported}");
        fields.ThrowIfAny();

        int heads = fields.Required("num_attention_heads");
        var config = new ModelConfig
        {
            Architecture = architecture!.Value,
            HiddenSize = fields.Required("hidden_size"),
            IntermediateSize = fields.Required("intermediate_size"),
            Layers = fields.Required("num_hidden_layers"),
            Heads = heads,
            KvHeads = fields.Integer("num_key_value_heads") ?? heads,
            VocabSize = fields.Required("vocab_size"),
            MaxPositions = fields.Required("max_position_embeddings"),
            RmsNormEpsilon = (float)(fields.Number("rms_norm_eps") ?? 1e-6),
            Rope = RopeJson.Read(fields),
            TiesEmbeddings = fields.Boolean("tie_word_embeddings") ?? false,
            InitializerRange = (float)(fields.Number("initializer_range") ?? 0.02),
            BosTokenId = fields.Integer("bos_token_id"),
            EosTokenIds = fields.Integers("eos_token_id"),
            PadTokenId = fields.Integer("pad_token_id"),
        };
        config = fields.Integer("head_dim") is { } headDim ? config with { HeadDim = headDim } : config;
        RequireSupported(fields, config);
        return WithBiases(config, fields);
    }

    private static ModelConfig WithBiases(ModelConfig config, JsonFields fields)
    {
        switch (config.Architecture)
        {
            case ModelArchitecture.InternLm2 or ModelArchitecture.InternLm:
                bool bias = fields.Boolean("bias") ?? true;
                return config with { QkvBias = bias, AttentionOutputBias = bias };
            case ModelArchitecture.InternLm3:
                bool others = fields.Boolean("bias") ?? false;
                return config with
                {
                    QkvBias = fields.Boolean("qkv_bias") ?? false,
                    AttentionOutputBias = others,
                    FeedForwardBias = others,
                };
            case ModelArchitecture.Llama:
                bool attention = fields.Boolean("attention_bias") ?? false;
                return config with
                {
                    QkvBias = attention,
                    AttentionOutputBias = attention,
                    FeedForwardBias = fields.Boolean("mlp_bias") ?? false,
                };
            default:
                return config with { QkvBias = config.Architecture == ModelArchitecture.Qwen2 };
        }
    }

    private static void RequireSupported(JsonFields fields, ModelConfig config)
    {
        string activation = fields.Text("hidden_act") ?? "silu";
        fields.Require(activation == "silu", $"hidden_act is {activation} but only silu is supported");
        double rotary = fields.Number("partial_rotary_factor") ?? 1;
        fields.Require(rotary == 1, $"partial_rotary_factor is {rotary} but only 1 is supported");

        bool usesWindow = config.Architecture == ModelArchitecture.Mistral
            || (fields.Boolean("use_sliding_window") ?? false);
        int window = fields.Integer("sliding_window") ?? int.MaxValue;
        fields.Require(
            !usesWindow || window >= config.MaxPositions,
            $"sliding_window is {window} but must be null or at least max_position_embeddings, "
            + $"which is {config.MaxPositions}");
    }

    private static ModelConfig WithGeneration(ModelConfig config, JsonFields fields) => config with
    {
        EosTokenIds = [.. config.EosTokenIds.Union(fields.Integers("eos_token_id"))],
        BosTokenId = config.BosTokenId ?? fields.Integer("bos_token_id"),
        PadTokenId = config.PadTokenId ?? fields.Integer("pad_token_id"),
    };
}
