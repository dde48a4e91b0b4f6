using System.Diagnostics;

namespace Puyu.Tensors;

/// <summary>Change of storage type, one element at a time, by the conversions of the language.</summary>
internal static class CastReference
{
    /// <summary>Reads an element of any type as a float.</summary>
    public static float Read(Tensor x, int i) => x.DType switch
    {
        DType.F32 => x.Span<float>()[i],
        DType.BF16 => (float)x.Span<BFloat16>()[i],
        DType.F16 => (float)x.Span<Half>()[i],
        DType.I32 => x.Span<int>()[i],
        DType.I64 => x.Span<long>()[i],
        DType.U8 => x.Span<byte>()[i],
        DType.I8 => x.Span<sbyte>()[i],
        _ => throw new UnreachableException(),
    };

    /// <summary>Writes a float as an element of any type.</summary>
    public static void Write(Tensor y, int i, float value)
    {
        switch (y.DType)
        {
            case DType.F32:
                y.Span<float>()[i] = value;
                break;
            case DType.BF16:
                y.Span<BFloat16>()[i] = (BFloat16)value;
                break;
            case DType.F16:
                y.Span<Half>()[i] = (Half)value;
                break;
            case DType.I32:
                y.Span<int>()[i] = int.CreateSaturating(value);
                break;
            case DType.I64:
                y.Span<long>()[i] = long.CreateSaturating(value);
                break;
            case DType.U8:
                y.Span<byte>()[i] = byte.CreateSaturating(value);
                break;
            case DType.I8:
                y.Span<sbyte>()[i] = sbyte.CreateSaturating(value);
                break;
            default:
                throw new UnreachableException();
        }
    }
}
