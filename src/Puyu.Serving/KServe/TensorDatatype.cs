namespace Puyu.Serving.KServe;

/// <summary>Element types of the Open Inference Protocol.</summary>
internal enum TensorDatatype
{
    /// <summary>A byte, 0 or 1.</summary>
    Bool,

    /// <summary>8 bits, without sign.</summary>
    UInt8,

    /// <summary>16 bits, without sign.</summary>
    UInt16,

    /// <summary>32 bits, without sign.</summary>
    UInt32,

    /// <summary>64 bits, without sign.</summary>
    UInt64,

    /// <summary>8 bits.</summary>
    Int8,

    /// <summary>16 bits.</summary>
    Int16,

    /// <summary>32 bits.</summary>
    Int32,

    /// <summary>64 bits.</summary>
    Int64,

    /// <summary>Half precision.</summary>
    Fp16,

    /// <summary>Brain floating point.</summary>
    Bf16,

    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>Double precision.</summary>
    Fp64,

    /// <summary>Strings of bytes, each after its length as 32 bits, little-endian.</summary>
    Bytes,
}

/// <summary>Names and sizes of the element types.</summary>
internal static class TensorDatatypes
{
    /// <summary>Name on the wire.</summary>
    public static string Name(this TensorDatatype datatype) => datatype.ToString().ToUpperInvariant();

    /// <summary>Bytes of an element; 0 where each has its own length.</summary>
    public static int Size(this TensorDatatype datatype) => datatype switch
    {
        TensorDatatype.Bool or TensorDatatype.UInt8 or TensorDatatype.Int8 => 1,
        TensorDatatype.UInt16 or TensorDatatype.Int16 or TensorDatatype.Fp16 or TensorDatatype.Bf16 => 2,
        TensorDatatype.UInt32 or TensorDatatype.Int32 or TensorDatatype.Fp32 => 4,
        TensorDatatype.Bytes => 0,
        _ => 8,
    };

    /// <summary>Finds a type by its name on the wire.</summary>
    /// <exception cref="ApiException">There is no such type.</exception>
    public static TensorDatatype Parse(string name, string tensor)
    {
        foreach (TensorDatatype datatype in Enum.GetValues<TensorDatatype>())
        {
            if (datatype.Name() == name)
            {
                return datatype;
            }
        }

        throw ApiException.Invalid(
            $"tensor \"{tensor}\" has datatype \"{name}\" but must have one of "
            + string.Join(", ", Enum.GetValues<TensorDatatype>().Select(Name)),
            tensor);
    }
}
