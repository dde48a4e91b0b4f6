using System.Collections.Frozen;

namespace Puyu.Tensors.Safetensors;

/// <summary>One tensor of a safetensors file, as the header describes it.</summary>
/// <param name="Name">Key in the header.</param>
/// <param name="DType">Storage type.</param>
/// <param name="Shape">Lengths of the dimensions; at most four.</param>
/// <param name="FirstByte">Place of the first element, from the beginning of the file.</param>
/// <param name="Bytes">Length of the elements.</param>
public sealed record SafetensorsEntry(string Name, DType DType, Shape Shape, long FirstByte, long Bytes)
{
    private static readonly FrozenDictionary<string, DType> _dtypes = new Dictionary<string, DType>
    {
        ["F32"] = DType.F32,
        ["BF16"] = DType.BF16,
        ["F16"] = DType.F16,
        ["I32"] = DType.I32,
        ["I64"] = DType.I64,
        ["U8"] = DType.U8,
        ["I8"] = DType.I8,
    }.ToFrozenDictionary();

    /// <summary>Names of the storage types that can be read and written, for messages.</summary>
    internal static string SupportedDTypes { get; } = string.Join(", ", _dtypes.Keys.Order(StringComparer.Ordinal));

    internal static bool TryParseDType(string name, out DType dtype) => _dtypes.TryGetValue(name, out dtype);
}
