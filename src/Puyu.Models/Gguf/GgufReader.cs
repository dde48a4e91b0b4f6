using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>
/// Reads the header of a GGUF file from front to back. Nothing is allocated by a length that the rest of the file
/// could not hold.
/// </summary>
/// <remarks>Source: ggml, docs/gguf.md, versions 2 and 3.</remarks>
internal unsafe ref struct GgufReader
{
    /// <summary>"GGUF", read as a little-endian number.</summary>
    public const uint Magic = 0x46554747;

    /// <summary>Names of tensors are at most this long, in bytes.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>Alignment where the file names none.</summary>
    public const int DefaultAlignment = 32;

    private const string AlignmentKey = "general.alignment";

    /// <summary>Bytes of the shortest description of a tensor: no name, no dimensions, type, offset.</summary>
    private const int LeastTensorBytes = 24;

    /// <summary>Bytes of the shortest pair: no key, type, one byte.</summary>
    private const int LeastKeyBytes = 13;

    private readonly string _path;
    private readonly byte* _bytes;
    private readonly long _length;
    private long _offset;

    /// <param name="path">File, named in errors.</param>
    /// <param name="bytes">The mapped file.</param>
    /// <param name="length">Its length.</param>
    public GgufReader(string path, byte* bytes, long length)
    {
        _path = path;
        _bytes = bytes;
        _length = length;
    }

    /// <summary>Reads everything before the elements and checks it.</summary>
    /// <exception cref="InvalidDataException">The file breaks a rule; names file, offset and rule.</exception>
    public (GgufMetadata Metadata, Dictionary<string, GgufTensor> Tensors) ReadHeader()
    {
        uint magic = ReadUInt32();
        uint version = ReadUInt32();
        if (magic != Magic || version is not (2 or 3))
        {
            Fail(0, $"the file begins with 0x{magic:X8}, version {version}, but GGUF 2 or 3 is readable");
        }

        ulong tensors = ReadUInt64();
        ulong keys = ReadUInt64();
        if (keys > (ulong)(_length - _offset) / LeastKeyBytes)
        {
            Fail(_offset, $"{keys} keys are announced but {_length - _offset} bytes are left");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (ulong i = 0; i < keys; i++)
        {
            long at = _offset;
            string key = ReadString();
            if (!names.Add(key))
            {
                Fail(at, $"key '{key}' is there twice");
            }

            if (ReadValue(ReadUInt32()) is { } value)
            {
                values.Add(key, value);
            }
        }

        var metadata = new GgufMetadata(_path, values);
        return (metadata, ReadTensors(tensors, AlignmentOf(metadata)));
    }

    private readonly int AlignmentOf(GgufMetadata metadata)
    {
        int alignment = metadata.Integer(AlignmentKey) ?? DefaultAlignment;
        if (alignment < 8 || !int.IsPow2(alignment))
        {
            Fail(0, $"{AlignmentKey} is {alignment} but must be a power of two from 8 on");
        }

        return alignment;
    }

    private Dictionary<string, GgufTensor> ReadTensors(ulong count, int alignment)
    {
        if (count > (ulong)(_length - _offset) / LeastTensorBytes)
        {
            Fail(_offset, $"{count} tensors are announced but {_length - _offset} bytes are left");
        }

        var described = new List<(long At, GgufTensor Tensor)>();
        for (ulong i = 0; i < count; i++)
        {
            long at = _offset;
            described.Add((at, ReadTensor(alignment)));
        }

        long firstByte = (_offset + alignment - 1) / alignment * alignment;
        var tensors = new Dictionary<string, GgufTensor>(StringComparer.Ordinal);
        long end = firstByte;
        foreach ((long at, GgufTensor tensor) in described.OrderBy(entry => entry.Tensor.FirstByte))
        {
            GgufTensor placed = tensor with { FirstByte = firstByte + tensor.FirstByte };
            Place(placed, at, end);
            end = placed.FirstByte + placed.Bytes;
            if (!tensors.TryAdd(tensor.Name, placed))
            {
                Fail(at, $"tensor '{tensor.Name}' is there twice");
            }
        }

        return tensors;
    }

    private readonly void Place(GgufTensor tensor, long at, long end)
    {
        if (tensor.FirstByte < end)
        {
            Fail(at, $"tensor '{tensor.Name}' begins at {tensor.FirstByte}, in the one before it, which ends at {end}");
        }

        if (tensor.FirstByte > _length || tensor.Bytes > _length - tensor.FirstByte)
        {
            Fail(at, $"tensor '{tensor.Name}' has {tensor.Bytes} bytes from {tensor.FirstByte} on "
                + $"but the file has {_length}");
        }
    }

    /// <summary>A tensor whose first byte still counts from the beginning of the elements.</summary>
    private GgufTensor ReadTensor(int alignment)
    {
        long at = _offset;
        string name = ReadString();
        uint rank = ReadUInt32();
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes || rank > 4)
        {
            Fail(at, $"tensor '{name}' has {rank} dimensions but at most 4, and {MaxNameBytes} bytes of name, can be");
        }

        Shape shape = ReadShape(name, (int)rank);
        uint type = ReadUInt32();
        if (!BlockFormat.TryFind(type, out BlockFormat? format))
        {
            Fail(at, $"tensor '{name}' is of type {type} but only {BlockFormat.Supported} are supported");
        }

        if (shape.Rank > 0 && shape[^1] % format!.Weights != 0)
        {
            Fail(at, $"tensor '{name}' is {shape} but rows of {format.Name} are multiples of {format.Weights}");
        }

        ulong offset = ReadUInt64();
        if (offset % (ulong)alignment != 0 || offset > (ulong)_length)
        {
            Fail(at, $"tensor '{name}' is at {offset} but must be at a multiple of {alignment} inside the file");
        }

        return new GgufTensor(name, format!, shape, (long)offset);
    }

    private Shape ReadShape(string name, int rank)
    {
        long at = _offset;
        int[] dims = new int[rank];
        Int128 elements = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            ulong dim = ReadUInt64();
            elements *= dim;
            if (dim > int.MaxValue || elements > long.MaxValue / 8)
            {
                Fail(at, $"tensor '{name}' has a dimension of {dim} but more elements than 2⁶⁰ cannot be");
            }

            dims[i] = (int)dim;
        }

        return Shape.Create(dims);
    }

    /// <summary>A value; null for a list of strings: those are the tokenizer's, and long.</summary>
    private object? ReadValue(uint type)
    {
        switch (type)
        {
            case 8:
                return ReadString();
            case 9:
                return ReadArray();
            case 10:
                ulong value = ReadUInt64();
                return value <= long.MaxValue ? (long)value : value;
            default:
                int size = SizeOf(type);
                if (size == 0)
                {
                    Fail(_offset, $"a value is of type {type} but types are 0 to 12");
                }

                return ReadScalar(type, ReadBytes(size));
        }
    }

    private static int SizeOf(uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        10 or 11 or 12 => 8,
        _ => 0,
    };

    private static object ReadScalar(uint type, ReadOnlySpan<byte> bytes) => type switch
    {
        0 => (long)bytes[0],
        1 => (long)(sbyte)bytes[0],
        2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        3 => (long)BinaryPrimitives.ReadInt16LittleEndian(bytes),
        4 => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        5 => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        6 => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        7 => bytes[0] != 0,
        12 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    private object[]? ReadArray()
    {
        long at = _offset;
        uint type = ReadUInt32();
        ulong count = ReadUInt64();
        int size = type == 8 ? 8 : SizeOf(type);
        ulong left = (ulong)(_length - _offset);
        if (size == 0 || count > left / (ulong)size || count > (ulong)Array.MaxLength)
        {
            Fail(at, $"an array announces {count} elements of type {type} but {left} bytes are left, "
                + "and elements are numbers, booleans or strings");
        }

        if (type == 8)
        {
            for (ulong i = 0; i < count; i++)
            {
                ReadUtf8();
            }

            return null;
        }

        var items = new object[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = ReadScalar(type, ReadBytes(size));
        }

        return items;
    }

    private string ReadString() => Encoding.UTF8.GetString(ReadUtf8());

    private ReadOnlySpan<byte> ReadUtf8()
    {
        long at = _offset;
        ulong length = ReadUInt64();
        if (length > (ulong)(_length - _offset) || length > (ulong)Array.MaxLength)
        {
            Fail(at, $"a string announces {length} bytes but {_length - _offset} are left");
        }

        ReadOnlySpan<byte> utf8 = ReadBytes((int)length);
        if (!Utf8.IsValid(utf8))
        {
            Fail(at, $"a string of {length} bytes is not UTF-8");
        }

        return utf8;
    }

    private uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    private ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    private ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _length - _offset)
        {
            Fail(_offset, $"{count} bytes are expected but the file ends at {_length}");
        }

        var bytes = new ReadOnlySpan<byte>(_bytes + _offset, count);
        _offset += count;
        return bytes;
    }

    [DoesNotReturn]
    private readonly void Fail(long offset, string rule) => throw new InvalidDataException(
        string.Create(CultureInfo.InvariantCulture, $"{_path}, offset {offset}: {rule}"));
}
