namespace Puyu.Models.Quantized;

/// <summary>The layouts of quantized checkpoints in Hugging Face folders.</summary>
internal enum QuantizationMethod
{
    /// <summary>AutoAWQ's "gemm": 4 bits, eight outputs a word.</summary>
    Awq,

    /// <summary>GPTQ: 4 or 8 bits, neighbouring inputs a word.</summary>
    Gptq,

    /// <summary>compressed-tensors: integers of 4 or 8 bits, packed along the inputs or as bytes.</summary>
    CompressedTensors,

    /// <summary>LMDeploy's SmoothQuant: 8 bits, a scale an output.</summary>
    SmoothQuant,
}
