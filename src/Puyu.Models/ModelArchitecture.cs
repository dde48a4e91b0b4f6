namespace Puyu.Models;

/// <summary>
/// The families of models that the one decoder covers. They differ in names, biases and the layout of qkv.
/// </summary>
public enum ModelArchitecture
{
    /// <summary>InternLM2 and 2.5: query, key and value in one matrix, interleaved by group.</summary>
    InternLm2,

    /// <summary>The first InternLM: biases on all projections of attention.</summary>
    InternLm,

    /// <summary>InternLM3: Llama's names, biases by configuration.</summary>
    InternLm3,

    /// <summary>Llama 2 and 3.</summary>
    Llama,

    /// <summary>Mistral, without a sliding window.</summary>
    Mistral,

    /// <summary>Qwen2 and 2.5: biases on query, key and value.</summary>
    Qwen2,
}
