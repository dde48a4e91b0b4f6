using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Puyu.Serving.KServe;

/// <summary>A named array of a request or an answer, as raw bytes in the protocol's order.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Element type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Data">Little-endian elements, row by row.</param>
internal sealed record InferenceTensor(
    string Name, TensorDatatype Datatype, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Number of elements that the shape says.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>A vector of strings.</summary>
    public static InferenceTensor OfStrings(string name, params ReadOnlySpan<string> values)
    {
        using var data = new MemoryStream();
        foreach (string value in values)
        {
            Append(data, Encoding.UTF8.GetBytes(value));
        }

        return new InferenceTensor(name, TensorDatatype.Bytes, [values.Length], data.ToArray());
    }

    /// <summary>A vector of integers.</summary>
    public static InferenceTensor OfIntegers(string name, ReadOnlySpan<int> values) =>
        new(name, TensorDatatype.Int32, [values.Length], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A vector of single-precision numbers.</summary>
    public static InferenceTensor OfNumbers(string name, ReadOnlySpan<float> values) =>
        new(name, TensorDatatype.Fp32, [values.Length], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Appends one element of <see cref="TensorDatatype.Bytes"/>.</summary>
    public static void Append(Stream data, ReadOnlySpan<byte> element)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)element.Length);
        data.Write(length);
        data.Write(element);
    }

    /// <summary>Returns this tensor if its data is as long as its type and shape say.</summary>
    /// <exception cref="ApiException">It is not.</exception>
    public InferenceTensor Validated()
    {
        if (Shape.Any(size => size < 0))
        {
            throw ApiException.Invalid(
                $"tensor \"{Name}\" has shape [{string.Join(", ", Shape)}], but no dimension may be negative", Name);
        }

        long elements = Datatype == TensorDatatype.Bytes ? Strings().Count : Data.Length / Datatype.Size();
        if (elements != Count || (Datatype != TensorDatatype.Bytes && Data.Length % Datatype.Size() != 0))
        {
            throw ApiException.Invalid(
                $"tensor \"{Name}\" has {Data.Length} bytes of data, but {Datatype.Name()} "
                + $"[{string.Join(", ", Shape)}] has {Count} elements", Name);
        }

        return this;
    }

    /// <summary>Its strings.</summary>
    /// <exception cref="ApiException">It has none, or they are cut off.</exception>
    public IReadOnlyList<string> Strings()
    {
        Require(TensorDatatype.Bytes);
        var values = new List<string>();
        ReadOnlySpan<byte> rest = Data.Span;
        while (rest.Length > 0)
        {
            if (rest.Length < sizeof(uint)
                || BinaryPrimitives.ReadUInt32LittleEndian(rest) > (uint)(rest.Length - sizeof(uint)))
            {
                throw ApiException.Invalid(
                    $"tensor \"{Name}\" ends in the middle of its element {values.Count}; "
                    + "each is a length of 4 bytes, then as many bytes", Name);
            }

            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            values.Add(Encoding.UTF8.GetString(rest.Slice(sizeof(uint), length)));
            rest = rest[(sizeof(uint) + length)..];
        }

        return values;
    }

    /// <summary>Its integers.</summary>
    /// <exception cref="ApiException">It has no integers, or one needs more than 31 bits.</exception>
    public int[] Integers()
    {
        ReadOnlySpan<byte> data = Data.Span;
        try
        {
            return Datatype switch
            {
                TensorDatatype.Int32 => MemoryMarshal.Cast<byte, int>(data).ToArray(),
                TensorDatatype.UInt32 =>
                    [.. MemoryMarshal.Cast<byte, uint>(data).ToArray().Select(value => checked((int)value))],
                TensorDatatype.Int64 =>
                    [.. MemoryMarshal.Cast<byte, long>(data).ToArray().Select(value => checked((int)value))],
                _ => throw ApiException.Invalid(
                    $"tensor \"{Name}\" is {Datatype.Name()} but must be INT32, UINT32 or INT64", Name),
            };
        }
        catch (OverflowException)
        {
            throw ApiException.Invalid($"tensor \"{Name}\" has a number that is not a token id", Name);
        }
    }

    /// <summary>Its one truth value.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public bool Boolean()
    {
        Require(TensorDatatype.Bool);
        return Count == 1
            ? Data.Span[0] != 0
            : throw ApiException.Invalid($"tensor \"{Name}\" has {Count} elements but must have 1", Name);
    }

    private void Require(TensorDatatype expected)
    {
        if (Datatype != expected)
        {
            throw ApiException.Invalid(
                $"tensor \"{Name}\" is {Datatype.Name()} but must be {expected.Name()}", Name);
        }
    }
}
