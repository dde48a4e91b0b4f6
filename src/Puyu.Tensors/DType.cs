namespace Puyu.Tensors;

/// <summary>How an element is stored. Arithmetic is in float32 whatever the storage.</summary>
public enum DType : byte
{
    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,
}

/// <summary>Facts about the storage types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.F32 or DType.I32 => 4,
        DType.BF16 or DType.F16 => 2,
        DType.I64 => 8,
        DType.U8 or DType.I8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "is not a storage type"),
    };

    /// <summary>Whether the elements are real numbers, which can have gradients.</summary>
    public static bool IsFloat(this DType dtype) => dtype is DType.F32 or DType.BF16 or DType.F16;

    /// <summary>The storage type whose elements are <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is no storage type.</exception>
    public static DType Of<T>()
        where T : unmanaged
    {
        return default(T) switch
        {
            float => DType.F32,
            BFloat16 => DType.BF16,
            Half => DType.F16,
            int => DType.I32,
            long => DType.I64,
            byte => DType.U8,
            sbyte => DType.I8,
            _ => throw new ArgumentException(
                $"{typeof(T).Name} is no storage type; use float, BFloat16, Half, int, long, byte or sbyte"),
        };
    }
}
