using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>One sequence of the calibration text on its way through the blocks.</summary>
/// <param name="Input">Its tokens and positions.</param>
/// <param name="Hidden">F32 [T, D]: the input of the next block, overwritten by its result.</param>
internal sealed record CalibrationSequence(DecoderInput Input, Tensor Hidden);
