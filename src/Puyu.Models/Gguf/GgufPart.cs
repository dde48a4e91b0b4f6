using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>A tensor of a GGUF file and the rows of a parameter that it holds.</summary>
/// <remarks>
/// <code>
///   of a head, HF row p E/2 + i   ↔   GGUF row 2 i + p          p = 0, 1;  E elements of a head
/// </code>
/// Files of the architectures llama and internlm2 have the rows of query and key in this order, so that RoPE turns
/// neighbours; those of qwen2 do not. InternLM2's one matrix of query, key and value is three in a file. Source:
/// llama.cpp, convert_hf_to_gguf.py.
/// </remarks>
/// <param name="Name">Name in the file.</param>
/// <param name="Parameter">Our name.</param>
/// <param name="Rows">Row of the parameter for each row in the file; null where they are the same.</param>
internal sealed record GgufPart(string Name, string Parameter, int[]? Rows)
{
    private static readonly Dictionary<string, string> _modules = new(StringComparer.Ordinal)
    {
        ["embedding"] = "token_embd",
        ["norm"] = "output_norm",
        ["output"] = "output",
        ["attention_norm"] = "attn_norm",
        ["attention.query"] = "attn_q",
        ["attention.key"] = "attn_k",
        ["attention.value"] = "attn_v",
        ["attention.output"] = "attn_output",
        ["feed_forward_norm"] = "ffn_norm",
        ["feed_forward.gate"] = "ffn_gate",
        ["feed_forward.up"] = "ffn_up",
        ["feed_forward.down"] = "ffn_down",
    };

    /// <summary>Row in the file for each row of a whole parameter; null where they are the same.</summary>
    public int[]? RowOf
    {
        get
        {
            if (Rows is null)
            {
                return null;
            }

            int[] rowOf = new int[Rows.Length];
            for (int row = 0; row < Rows.Length; row++)
            {
                rowOf[Rows[row]] = row;
            }

            return rowOf;
        }
    }

    /// <summary>The tensors of a model's file, in the order of computation.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="parameters">Its table.</param>
    /// <param name="interleaves">Whether rows of query and key are in the order of neighbours.</param>
    public static IEnumerable<GgufPart> Of(ModelConfig config, ParameterTable parameters, bool interleaves)
    {
        foreach (Parameter parameter in parameters)
        {
            string[] path = parameter.Name.Split('.');
            string block = path[0] == "layers" ? $"blk.{path[1]}." : "";
            string module = string.Join('.', path[(block.Length > 0 ? 2 : 0)..^1]);
            IEnumerable<(string Module, int[]? Rows)> parts = module switch
            {
                "attention.qkv" => Split(config, interleaves),
                "attention.query" when interleaves => [(module, Interleave(config.Heads, head => head))],
                "attention.key" when interleaves => [(module, Interleave(config.KvHeads, head => head))],
                _ => [(module, null)],
            };
            foreach ((string name, int[]? rows) in parts)
            {
                yield return new GgufPart($"{block}{_modules[name]}.{path[^1]}", parameter.Name, rows);
            }
        }

        int[] Interleave(int heads, Func<int, int> place) => HeadRows(config.HeadDim, heads, place, interleaves: true);
    }

    /// <summary>Query, key and value of the one matrix.</summary>
    private static (string Module, int[]? Rows)[] Split(ModelConfig config, bool interleaves)
    {
        QkvLayout layout = config.QkvLayout;
        int e = layout.HeadDim;
        return
        [
            ("attention.query", HeadRows(e, layout.Heads, head => layout.QueryColumn(head) / e, interleaves)),
            ("attention.key", HeadRows(e, layout.KvHeads, head => layout.KeyColumn(head) / e, interleaves)),
            ("attention.value", HeadRows(e, layout.KvHeads, head => layout.ValueColumn(head) / e, interleaves: false)),
        ];
    }

    /// <param name="headDim">E.</param>
    /// <param name="heads">Heads in the file's tensor.</param>
    /// <param name="place">Which head of the parameter each of them is.</param>
    /// <param name="interleaves">Whether to put the halves of a head between each other.</param>
    private static int[] HeadRows(int headDim, int heads, Func<int, int> place, bool interleaves)
    {
        int[] rows = new int[heads * headDim];
        for (int row = 0; row < rows.Length; row++)
        {
            (int head, int i) = (row / headDim, row % headDim);
            int inHead = interleaves ? (i % 2 * headDim / 2) + (i / 2) : i;
            rows[row] = (place(head) * headDim) + inHead;
        }

        return rows;
    }
}
