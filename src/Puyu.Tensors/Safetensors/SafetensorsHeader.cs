using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Puyu.Tensors.Safetensors;

/// <summary>Reads the header of a safetensors file and checks it against the file, trusting nothing.</summary>
/// <remarks>
/// Layout: 8 bytes little-endian length of the header, the header (a JSON object from names to dtype, shape and
/// data_offsets, padded with spaces), the elements without gaps. Source: the safetensors format description.
/// </remarks>
/// <param name="path">Named in errors.</param>
/// <param name="fileBytes">Length of the file.</param>
internal sealed class SafetensorsHeader(string path, long fileBytes)
{
    /// <summary>The key that holds free-form strings instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>Bytes of the length before the header.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The limit that the format sets.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private readonly SortedDictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private long _firstDataByte;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>Free-form strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(SafeFileHandle file, string path)
    {
        var header = new SafetensorsHeader(path, RandomAccess.GetLength(file));
        byte[] json = header.ReadJson(file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            header.Parse(document.RootElement);
        }
        catch (JsonException exception)
        {
            header.Fail(PrefixBytes, $"the header is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            // The only way that checked kinds still fail: half of a surrogate pair, written as an escape.
            header.Fail(PrefixBytes, "the header holds a string that is not Unicode");
        }

        header.CheckCoverage();
        return header;
    }

    private byte[] ReadJson(SafeFileHandle file)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (fileBytes < PrefixBytes)
        {
            Fail(0, $"the file has {fileBytes} bytes but must have at least {PrefixBytes}");
        }

        ReadAll(file, prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes || (long)length > fileBytes - PrefixBytes)
        {
            Fail(0, $"the header length is {length} but must be at most {MaxHeaderBytes} "
                + $"and fit the file of {fileBytes} bytes");
        }

        byte[] json = new byte[length];
        ReadAll(file, json, PrefixBytes);
        if (!Utf8.IsValid(json))
        {
            Fail(PrefixBytes, "the header is not UTF-8");
        }

        _firstDataByte = PrefixBytes + (long)length;
        return json;
    }

    private void ReadAll(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                Fail(offset, $"the file ends but {bytes.Length} more bytes of the header must follow");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    private void Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            Fail(PrefixBytes, $"the header is a JSON {root.ValueKind} but must be an object");
        }

        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                ParseMetadata(property.Value);
            }
            else if (!_entries.TryAdd(property.Name, ParseEntry(property.Name, property.Value)))
            {
                Fail(PrefixBytes, $"tensor '{property.Name}' is in the header twice");
            }
        }
    }

    private void ParseMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            Fail(PrefixBytes, $"{MetadataKey} is a JSON {metadata.ValueKind} but must be an object of strings");
        }

        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                JsonValueKind kind = property.Value.ValueKind;
                Fail(PrefixBytes, $"{MetadataKey}.{property.Name} is a JSON {kind} but must be a string");
            }

            if (!_metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                Fail(PrefixBytes, $"{MetadataKey}.{property.Name} is in the header twice");
            }
        }
    }

    private SafetensorsEntry ParseEntry(string name, JsonElement value)
    {
        string? dtypeName = null;
        long[]? dims = null;
        long[]? offsets = null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fail(PrefixBytes, $"tensor '{name}' is a JSON {value.ValueKind} but must be an object");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            switch (property.Name)
            {
                case "dtype" when property.Value.ValueKind == JsonValueKind.String:
                    dtypeName = property.Value.GetString();
                    break;
                case "shape":
                    dims = ParseIntegers(name, property);
                    break;
                case "data_offsets":
                    offsets = ParseIntegers(name, property);
                    break;
                default:
                    Fail(PrefixBytes, $"tensor '{name}' has '{property.Name}' of kind {property.Value.ValueKind} "
                        + "but only dtype (a string), shape and data_offsets are defined");
                    break;
            }
        }

        if (dtypeName is null || dims is null || offsets is not [long begin, long end])
        {
            Fail(PrefixBytes, $"tensor '{name}' must have dtype, shape and two data_offsets");
            return null;
        }

        return CheckEntry(name, dtypeName, dims, begin, end);
    }

    private long[] ParseIntegers(string name, JsonProperty property)
    {
        if (property.Value.ValueKind != JsonValueKind.Array)
        {
            JsonValueKind kind = property.Value.ValueKind;
            Fail(PrefixBytes, $"tensor '{name}' has {property.Name} {kind} but it must be an array");
        }

        long[] integers = new long[property.Value.GetArrayLength()];
        int index = 0;
        foreach (JsonElement element in property.Value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out integers[index])
                || integers[index] < 0)
            {
                Fail(PrefixBytes, $"tensor '{name}' has {element} in {property.Name} "
                    + "but each must be an integer from 0 on");
            }

            index++;
        }

        return integers;
    }

    private SafetensorsEntry CheckEntry(string name, string dtypeName, long[] dims, long begin, long end)
    {
        if (!SafetensorsEntry.TryParseDType(dtypeName, out DType dtype))
        {
            Fail(PrefixBytes, $"tensor '{name}' has dtype {dtypeName} "
                + $"but only {SafetensorsEntry.SupportedDTypes} are supported");
        }

        long dataBytes = fileBytes - _firstDataByte;
        if (begin > end || end > dataBytes)
        {
            long offset = begin <= dataBytes ? _firstDataByte + begin : fileBytes;
            Fail(offset, $"tensor '{name}' has data_offsets [{begin}, {end}] "
                + $"but they must ascend and lie in the {dataBytes} data bytes");
        }

        // Capped at 2⁸⁰ before each factor below 2³¹, the product cannot overflow 128 bits.
        Int128 bytes = dtype.Size();
        foreach (long dim in dims)
        {
            if (dim > int.MaxValue || dims.Length > 4)
            {
                Fail(_firstDataByte + begin, $"tensor '{name}' is {Brackets(dims)} "
                    + "but at most 4 dimensions below 2³¹ are supported");
            }

            bytes = dim == 0 ? 0 : Int128.Min(bytes * dim, (Int128)1 << 80);
        }

        if (bytes != end - begin)
        {
            Fail(_firstDataByte + begin, $"tensor '{name}' is {dtypeName} {Brackets(dims)} "
                + $"but its data_offsets hold {end - begin} bytes");
        }

        Shape shape = Shape.Create([.. dims.Select(dim => (int)dim)]);
        return new SafetensorsEntry(name, dtype, shape, _firstDataByte + begin, end - begin);
    }

    /// <summary>The tensors must follow each other and fill the file: no gaps, no overlaps, nothing hidden.</summary>
    private void CheckCoverage()
    {
        long expected = _firstDataByte;
        foreach (SafetensorsEntry entry in _entries.Values.OrderBy(e => e.FirstByte).ThenBy(e => e.Bytes))
        {
            if (entry.FirstByte != expected)
            {
                string what = entry.FirstByte < expected ? "overlaps the tensor before it" : "leaves a gap before it";
                Fail(entry.FirstByte, $"tensor '{entry.Name}' {what}, which ends at {expected}");
            }

            expected += entry.Bytes;
        }

        if (expected != fileBytes)
        {
            Fail(expected, $"the tensors end here but the file has {fileBytes} bytes");
        }
    }

    private static string Brackets(long[] dims) =>
        $"[{string.Join(", ", dims.Take(8).Select(dim => dim.ToString(CultureInfo.InvariantCulture)))}]";

    [DoesNotReturn]
    private void Fail(long offset, string rule) =>
        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path}, offset {offset}: {rule}"));
}
