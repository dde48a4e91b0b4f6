using System.Text.RegularExpressions;

namespace Puyu.Models.HuggingFace;

/// <summary>The table from our names of modules to the keys of an architecture's files. Names are data.</summary>
internal sealed partial class NameMap
{
    private static readonly NameMap _internLm2 = new(new()
    {
        ["embedding"] = "model.tok_embeddings",
        ["layers.*.attention_norm"] = "model.layers.*.attention_norm",
        ["layers.*.attention.qkv"] = "model.layers.*.attention.wqkv",
        ["layers.*.attention.query"] = "model.layers.*.attention.wq",
        ["layers.*.attention.key"] = "model.layers.*.attention.wk",
        ["layers.*.attention.value"] = "model.layers.*.attention.wv",
        ["layers.*.attention.output"] = "model.layers.*.attention.wo",
        ["layers.*.feed_forward_norm"] = "model.layers.*.ffn_norm",
        ["layers.*.feed_forward.gate"] = "model.layers.*.feed_forward.w1",
        ["layers.*.feed_forward.up"] = "model.layers.*.feed_forward.w3",
        ["layers.*.feed_forward.down"] = "model.layers.*.feed_forward.w2",
        ["norm"] = "model.norm",
        ["output"] = "output",
    });

    private static readonly NameMap _llama = new(new()
    {
        ["embedding"] = "model.embed_tokens",
        ["layers.*.attention_norm"] = "model.layers.*.input_layernorm",
        ["layers.*.attention.query"] = "model.layers.*.self_attn.q_proj",
        ["layers.*.attention.key"] = "model.layers.*.self_attn.k_proj",
        ["layers.*.attention.value"] = "model.layers.*.self_attn.v_proj",
        ["layers.*.attention.output"] = "model.layers.*.self_attn.o_proj",
        ["layers.*.feed_forward_norm"] = "model.layers.*.post_attention_layernorm",
        ["layers.*.feed_forward.gate"] = "model.layers.*.mlp.gate_proj",
        ["layers.*.feed_forward.up"] = "model.layers.*.mlp.up_proj",
        ["layers.*.feed_forward.down"] = "model.layers.*.mlp.down_proj",
        ["norm"] = "model.norm",
        ["output"] = "lm_head",
    });

    private readonly Dictionary<string, string> _fileModules;

    private NameMap(Dictionary<string, string> fileModules)
    {
        _fileModules = fileModules;
    }

    /// <summary>The map of an architecture.</summary>
    public static NameMap Of(ModelArchitecture architecture) => architecture switch
    {
        ModelArchitecture.InternLm2 => _internLm2,
        _ => _llama,
    };

    /// <summary>The key of a parameter in a file.</summary>
    /// <param name="name">
    /// Our name of the module, the number of its layer included, and <c>.weight</c> or <c>.bias</c>.
    /// </param>
    public string ToFile(string name)
    {
        int dot = name.LastIndexOf('.');
        Match number = LayerNumber().Match(name);
        string module = LayerNumber().Replace(name[..dot], ".*.");
        return _fileModules[module].Replace("*", number.Groups[1].Value, StringComparison.Ordinal) + name[dot..];
    }

    /// <summary>
    /// Whether a key of a file is derived from others, so that models do without it: rotary frequencies, and a copy of
    /// the embedding that a model with tied embeddings may keep as its output.
    /// </summary>
    public bool IsDerived(string key, bool tiesEmbeddings) =>
        key.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || (tiesEmbeddings && key == $"{_fileModules["output"]}.weight");

    [GeneratedRegex(@"\.(\d+)\.", RegexOptions.CultureInvariant)]
    private static partial Regex LayerNumber();
}
