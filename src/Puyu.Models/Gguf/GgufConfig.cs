using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>Sizes and variants of a model as the keys of a GGUF file.</summary>
/// <remarks>Source: ggml, docs/gguf.md; llama.cpp, gguf-py/gguf/constants.py.</remarks>
internal static class GgufConfig
{
    private const string EosIds = "puyu.eos_token_ids";
    private const string Bos = "tokenizer.ggml.bos_token_id";
    private const string Eos = "tokenizer.ggml.eos_token_id";
    private const string EndOfTurn = "tokenizer.ggml.eot_token_id";
    private const string Padding = "tokenizer.ggml.padding_token_id";

    /// <summary>The name of the architecture in the file.</summary>
    public static string ArchitectureOf(ModelConfig config) => config.Architecture switch
    {
        ModelArchitecture.InternLm2 => "internlm2",
        ModelArchitecture.Qwen2 => "qwen2",
        _ => "llama",
    };

    /// <summary>Whether files of an architecture have neighbouring rows of query and key rotate.</summary>
    public static bool Interleaves(string architecture) => architecture != "qwen2";

    /// <summary>Reads the configuration.</summary>
    /// <remarks>
    /// A file keeps query, key and value apart, perhaps in different formats, so InternLM2 is read as if it did too:
    /// <see cref="ModelConfig.IsQkvFused"/> is false.
    /// </remarks>
    /// <exception cref="InvalidDataException">A key is missing, or has a value that is not supported.</exception>
    public static ModelConfig Read(GgufFile file)
    {
        GgufMetadata keys = file.Metadata;
        string? name = keys.Text("general.architecture");
        if (name is not ("llama" or "internlm2" or "qwen2"))
        {
            throw new InvalidDataException(
                $"{file.Path}: general.architecture is '{name}' but must be one of llama, internlm2, qwen2");
        }

        int heads = keys.Required($"{name}.attention.head_count");
        int? experts = keys.Integer($"{name}.expert_count");
        if (experts > 0 || !file.Tensors.TryGetValue("token_embd.weight", out GgufTensor? embedding))
        {
            throw new InvalidDataException(
                $"{file.Path}: a model with {experts ?? 0} experts, and token_embd.weight, is needed: 0 experts");
        }

        var config = new ModelConfig
        {
            Architecture = name == "internlm2" ? ModelArchitecture.InternLm2 : ModelArchitecture.Llama,
            IsQkvFused = false,
            HiddenSize = keys.Required($"{name}.embedding_length"),
            IntermediateSize = keys.Required($"{name}.feed_forward_length"),
            Layers = keys.Required($"{name}.block_count"),
            Heads = heads,
            KvHeads = keys.Integer($"{name}.attention.head_count_kv") ?? heads,
            VocabSize = embedding.Shape[0],
            MaxPositions = keys.Required($"{name}.context_length"),
            RmsNormEpsilon = (float)(keys.Number($"{name}.attention.layer_norm_rms_epsilon") ?? 1e-5),
            Rope = ReadRope(file, name),
            TiesEmbeddings = !file.Tensors.ContainsKey("output.weight"),
            BosTokenId = keys.Integer(Bos),
            EosTokenIds = ReadEos(keys),
            PadTokenId = keys.Integer(Padding),
        };
        return WithHeads(WithBiases(config, file, name), keys, name);
    }

    /// <summary>The keys of a configuration, in the order of the file.</summary>
    /// <exception cref="NotSupportedException">The format cannot say how RoPE is scaled.</exception>
    public static List<KeyValuePair<string, object>> Write(ModelConfig config, GgufType type)
    {
        string name = ArchitectureOf(config);
        List<KeyValuePair<string, object>> keys =
        [
            new("general.architecture", name),
            new("general.file_type", FileTypeOf(type)),
            new("general.quantization_version", 2u),
            new("general.alignment", (uint)GgufReader.DefaultAlignment),
            new($"{name}.context_length", (uint)config.MaxPositions),
            new($"{name}.embedding_length", (uint)config.HiddenSize),
            new($"{name}.block_count", (uint)config.Layers),
            new($"{name}.feed_forward_length", (uint)config.IntermediateSize),
            new($"{name}.attention.head_count", (uint)config.Heads),
            new($"{name}.attention.head_count_kv", (uint)config.KvHeads),
            new($"{name}.attention.key_length", (uint)config.HeadDim),
            new($"{name}.attention.value_length", (uint)config.HeadDim),
            new($"{name}.attention.layer_norm_rms_epsilon", config.RmsNormEpsilon),
            new($"{name}.vocab_size", (uint)config.VocabSize),
            new($"{name}.rope.dimension_count", (uint)config.HeadDim),
            new($"{name}.rope.freq_base", (float)config.Rope.Theta),
        ];
        WriteScaling(config, name, keys);
        WriteTokenIds(config, keys);
        return keys;
    }

    private static uint FileTypeOf(GgufType type) => type switch
    {
        GgufType.Q80 => 7,
        GgufType.Q50 => 8,
        GgufType.Q4K => 14,
        GgufType.Q5K => 16,
        GgufType.Q6K => 18,
        GgufType.BF16 => 32,
        _ => (uint)type,
    };

    private static void WriteScaling(ModelConfig config, string name, List<KeyValuePair<string, object>> keys)
    {
        switch (config.Rope.Scaling)
        {
            case null or DynamicNtkRopeScaling:
                // Dynamic scaling begins where the context of the file ends, so within it nothing is lost.
                return;
            case LinearRopeScaling linear:
                keys.Add(new($"{name}.rope.scaling.type", "linear"));
                keys.Add(new($"{name}.rope.scaling.factor", (float)linear.Factor));
                return;
            case YarnRopeScaling { BetaFast: 32, BetaSlow: 1, AttentionFactor: null } yarn:
                keys.Add(new($"{name}.rope.scaling.type", "yarn"));
                keys.Add(new($"{name}.rope.scaling.factor", (float)yarn.Factor));
                keys.Add(new($"{name}.rope.scaling.original_context_length", (uint)yarn.OriginalMaxPositions));
                return;
            default:
                throw new NotSupportedException(
                    $"{config.Rope.Scaling} cannot be written to GGUF: linear, dynamic and default yarn scaling can");
        }
    }

    private static void WriteTokenIds(ModelConfig config, List<KeyValuePair<string, object>> keys)
    {
        string[] ends = [Eos, EndOfTurn];
        keys.AddRange(config.EosTokenIds.Take(ends.Length).Select(
            (id, i) => new KeyValuePair<string, object>(ends[i], (uint)id)));
        if (config.EosTokenIds.Count > ends.Length)
        {
            keys.Add(new(EosIds, config.EosTokenIds.ToArray()));
        }

        if (config.BosTokenId is { } bos)
        {
            keys.Add(new(Bos, (uint)bos));
        }

        if (config.PadTokenId is { } pad)
        {
            keys.Add(new(Padding, (uint)pad));
        }
    }

    private static int[] ReadEos(GgufMetadata keys)
    {
        if (keys.Values.GetValueOrDefault(EosIds) is object[] ids && ids.All(id => id is long))
        {
            return [.. ids.Select(id => (int)(long)id)];
        }

        int?[] ends = [keys.Integer(Eos), keys.Integer(EndOfTurn)];
        return [.. ends.OfType<int>().Distinct()];
    }

    private static RopeOptions ReadRope(GgufFile file, string name)
    {
        GgufMetadata keys = file.Metadata;
        double factor = keys.Number($"{name}.rope.scaling.factor") ?? 1;
        string type = keys.Text($"{name}.rope.scaling.type") ?? "none";
        RopeScaling? scaling = type switch
        {
            "none" => null,
            "linear" => new LinearRopeScaling { Factor = factor },
            "yarn" => new YarnRopeScaling
            {
                Factor = factor,
                OriginalMaxPositions = keys.Required($"{name}.rope.scaling.original_context_length"),
            },
            _ => throw new InvalidDataException(
                $"{file.Path}: {name}.rope.scaling.type is '{type}' but must be none, linear or yarn"),
        };
        return new RopeOptions { Theta = keys.Number($"{name}.rope.freq_base") ?? 10_000, Scaling = scaling };
    }

    private static ModelConfig WithHeads(ModelConfig config, GgufMetadata keys, string name) =>
        keys.Integer($"{name}.attention.key_length") is { } headDim ? config with { HeadDim = headDim } : config;

    /// <summary>Biases are where the file has them; which of the architectures that is follows.</summary>
    private static ModelConfig WithBiases(ModelConfig config, GgufFile file, string name)
    {
        config = config with
        {
            QkvBias = file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            AttentionOutputBias = file.Tensors.ContainsKey("blk.0.attn_output.bias"),
            FeedForwardBias = file.Tensors.ContainsKey("blk.0.ffn_down.bias"),
        };
        return config with
        {
            Architecture = name == "qwen2" ? ModelArchitecture.Qwen2
                : config.QkvBias == config.AttentionOutputBias ? config.Architecture
                : ModelArchitecture.InternLm3,
        };
    }
}
