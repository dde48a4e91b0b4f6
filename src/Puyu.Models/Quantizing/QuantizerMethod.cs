namespace Puyu.Models.Quantizing;

/// <summary>How the codes of a linear map are chosen.</summary>
public enum QuantizerMethod
{
    /// <summary>Each weight becomes the nearest code. Needs no calibration.</summary>
    Nearest,

    /// <summary>
    /// Weights of inputs that are large are scaled up before rounding, and outliers clipped. Source: Lin et al., AWQ,
    /// 2023 (arXiv:2306.00978).
    /// </summary>
    Awq,

    /// <summary>
    /// What rounding one input's weights loses is made up for by those of the inputs after it. Source: Frantar et al.,
    /// GPTQ, 2022 (arXiv:2210.17323).
    /// </summary>
    Gptq,
}
