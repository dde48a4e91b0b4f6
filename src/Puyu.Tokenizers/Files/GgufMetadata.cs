using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Puyu.Tokenizers.Files;

/// <summary>The metadata of a GGUF file: the keys before its tensors, of which the vocabulary is a part.</summary>
/// <remarks>
/// Strings, numbers, booleans and arrays of strings, floats and integers are kept. Nothing is allocated by a length
/// that the rest of the file could not hold. Source: ggml, docs/gguf.md, versions 2 and 3.
/// </remarks>
internal sealed class GgufMetadata
{
    private const uint Magic = 0x46554747;
    private const int StringType = 8;
    private const int ArrayType = 9;
    private const int BufferBytes = 1 << 16;

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Stream _file;
    private readonly long _length;
    private readonly string _name;
    private byte[] _buffer = new byte[256];

    private GgufMetadata(Stream file, string name)
    {
        (_file, _length, _name) = (new BufferedStream(file, BufferBytes), file.Length, name);
    }

    /// <summary>Reads the metadata.</summary>
    /// <param name="file">Seekable, at its beginning.</param>
    /// <param name="name">For error messages.</param>
    /// <param name="prefix">Of the keys that are kept.</param>
    /// <exception cref="InvalidDataException">The file is no GGUF, or is cut off; names the offset.</exception>
    public static GgufMetadata Read(Stream file, string name, string prefix)
    {
        var metadata = new GgufMetadata(file, name);
        uint magic = (uint)metadata.ReadInteger(4);
        uint version = (uint)metadata.ReadInteger(4);
        if (magic != Magic || version is not (2 or 3))
        {
            throw metadata.Invalid(
                $"the file begins with 0x{magic:X8}, version {version}, but GGUF 2 or 3 is readable");
        }

        metadata.ReadInteger(8);
        ulong count = metadata.ReadInteger(8);
        for (ulong i = 0; i < count; i++)
        {
            string key = metadata.ReadString();
            int type = (int)metadata.ReadInteger(4);
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                metadata.Skip(type);
            }
            else if (metadata.ReadValue(type) is { } value)
            {
                metadata._values[key] = value;
            }
        }

        return metadata;
    }

    /// <summary>A value of a kind; null where the key is absent.</summary>
    /// <exception cref="InvalidDataException">The value is of another kind.</exception>
    public T? Find<T>(string key)
        where T : class
    {
        return !_values.TryGetValue(key, out object? value) ? null
            : value as T ?? throw new InvalidDataException(
                $"{_name}: {key} is {value.GetType().Name} but must be {typeof(T).Name}");
    }

    /// <summary>A value that must be there.</summary>
    /// <exception cref="InvalidDataException">The key is absent, or the value of another kind.</exception>
    public T Get<T>(string key)
        where T : class =>
        Find<T>(key) ?? throw new InvalidDataException($"{_name} lacks the key {key}, so it has no vocabulary to read");

    /// <summary>An integer; null where the key is absent.</summary>
    public int? FindInt32(string key) =>
        _values.GetValueOrDefault(key) is long value && value is >= 0 and < int.MaxValue ? (int)value : null;

    /// <summary>A boolean; null where the key is absent.</summary>
    public bool? FindBoolean(string key) => _values.GetValueOrDefault(key) as bool?;

    private static int SizeOf(int type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        10 or 11 or 12 => 8,
        _ => 0,
    };

    private object? ReadValue(int type) => type switch
    {
        StringType => ReadString(),
        ArrayType => ReadArray(),
        6 => (double)BitConverter.UInt32BitsToSingle((uint)ReadInteger(4)),
        12 => BitConverter.UInt64BitsToDouble(ReadInteger(8)),
        7 => ReadInteger(1) != 0,
        5 => (long)(int)ReadInteger(4),
        _ when SizeOf(type) is int size and > 0 => (long)ReadInteger(size),
        _ => throw Invalid($"a value is of type {type} but types are 0 to 12"),
    };

    private object? ReadArray()
    {
        (int type, ulong count) = ReadArrayHeader();
        int size = SizeOf(type);
        if (type == StringType)
        {
            var strings = new string[count];
            for (int i = 0; i < strings.Length; i++)
            {
                strings[i] = ReadString();
            }

            return strings;
        }

        ReadOnlySpan<byte> bytes = ReadBytes((int)count * size);
        return type switch
        {
            6 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            4 or 5 => MemoryMarshal.Cast<byte, int>(bytes).ToArray(),
            0 or 1 => bytes.ToArray(),
            _ => null,
        };
    }

    private (int Type, ulong Count) ReadArrayHeader()
    {
        int type = (int)ReadInteger(4);
        ulong count = ReadInteger(8);
        int size = type == StringType ? 8 : SizeOf(type);
        ulong left = (ulong)(_length - _file.Position);
        if (size == 0 || count > left / (ulong)size || count > (ulong)Array.MaxLength / 8)
        {
            throw Invalid($"an array announces {count} elements of type {type} but {left} bytes are left");
        }

        return (type, count);
    }

    /// <summary>Passes a value; lists of strings are what takes time to read.</summary>
    private void Skip(int type)
    {
        if (type != ArrayType)
        {
            ReadValue(type);
            return;
        }

        (int elements, ulong count) = ReadArrayHeader();
        for (ulong i = 0; elements == StringType && i < count; i++)
        {
            ReadUtf8();
        }

        if (elements != StringType)
        {
            ReadBytes((int)count * SizeOf(elements));
        }
    }

    private string ReadString() => Encoding.UTF8.GetString(ReadUtf8());

    private ReadOnlySpan<byte> ReadUtf8()
    {
        ulong length = ReadInteger(8);
        ulong left = (ulong)(_length - _file.Position);
        if (length > left || length > (ulong)Array.MaxLength)
        {
            throw Invalid($"a string announces {length} bytes but {left} are left");
        }

        return ReadBytes((int)length);
    }

    /// <summary>The next bytes; valid until the next call.</summary>
    private Span<byte> ReadBytes(int count)
    {
        if (count > _buffer.Length)
        {
            _buffer = new byte[Math.Max(count, (int)Math.Min(2L * _buffer.Length, Array.MaxLength))];
        }

        Span<byte> bytes = _buffer.AsSpan(0, count);
        return _file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw Invalid($"{count} bytes are announced but the file ends");
    }

    private ulong ReadInteger(int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        return _file.ReadAtLeast(bytes[..size], size, throwOnEndOfStream: false) == size
            ? BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            : throw Invalid($"{size} bytes are expected but the file ends");
    }

    private InvalidDataException Invalid(FormattableString what) => new(string.Create(
        CultureInfo.InvariantCulture, $"{_name}, offset {_file.Position}: {FormattableString.Invariant(what)}"));
}
