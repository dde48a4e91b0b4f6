using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>A parameter as a file has it: real numbers or codes, one of the two.</summary>
/// <param name="Floats">F32, BF16 or F16, of the parameter's shape.</param>
/// <param name="Codes">Of a matrix.</param>
internal readonly record struct StoredWeight(Tensor? Floats, QuantizedWeights? Codes);
