using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Tensors;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>
/// Packed weights of a model in a file of their own, as the kernels read them: opening it is copying it into memory.
/// </summary>
/// <remarks>
/// <code>
///   matrices, each at a multiple of 4096 │ table, JSON │ magic, place and length of the table, SHA-256 of the table
/// </code>
/// The name of the file is a hash of what it was made from (<see cref="CacheKey"/>), so other options or another model
/// get another file.
/// </remarks>
internal sealed unsafe class PackedCache : IDisposable
{
    private const int PageBytes = 4096;
    private const int EndBytes = 24 + SHA256.HashSizeInBytes;

    /// <summary>"PUYUPAC1", read as a little-endian number.</summary>
    private const ulong Magic = 0x3143_4150_5559_5550;

    private readonly Dictionary<string, PackedMatrix> _matrices = new(StringComparer.Ordinal);
    private readonly FileImage _image;
    private readonly byte* _bytes;

    private PackedCache(string path)
    {
        _image = FileImage.Read(path);
        _bytes = (byte*)_image.Address;
    }

    /// <summary>Opens the file for these weights, after making it if there is none or if it is damaged.</summary>
    /// <param name="packer">Makes the content.</param>
    /// <param name="options">With a folder.</param>
    /// <param name="report">Told of a damaged file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static PackedCache OpenOrBuild(WeightPacker packer, WeightsOptions options, Action<string>? report)
    {
        string path = Path.Combine(options.CacheFolder!, CacheKey.Of(packer.Source.Files, options) + ".packed");
        if (File.Exists(path))
        {
            try
            {
                return Open(path);
            }
            catch (InvalidDataException exception)
            {
                report?.Invoke($"the cache of packed weights is damaged and will be made anew: {exception.Message}");
            }
        }

        Directory.CreateDirectory(options.CacheFolder!);
        AtomicFile.Write(path, stream => Build(stream, packer));
        return Open(path);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged: cut off, or its table altered.</exception>
    public static PackedCache Open(string path)
    {
        var cache = new PackedCache(path);
        try
        {
            cache.ReadTable(path);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>The packed weights of a parameter, until this is disposed; null where it stays real numbers.</summary>
    public PackedMatrix? Find(string name) => _matrices.GetValueOrDefault(name);

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _image.Dispose();

    private static void Build(Stream stream, WeightPacker packer)
    {
        var table = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (Parameter parameter in ParameterTable.Of(packer.Source.Config))
        {
            using Scope scope = packer.Backend.BeginScope();
            using PackedMatrix? packed = packer.Pack(scope, parameter, out _);
            if (packed is not null)
            {
                stream.Write(new byte[(PageBytes - (stream.Position % PageBytes)) % PageBytes]);
                table.Add(parameter.Name, stream.Position);
                packed.Write(stream);
            }
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(table);
        byte[] end = new byte[EndBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(end, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(8), stream.Position);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(16), json.Length);
        SHA256.HashData(json, end.AsSpan(24));
        stream.Write(json);
        stream.Write(end);
    }

    private void ReadTable(string path)
    {
        long length = _image.Length;
        if (length < EndBytes)
        {
            throw new InvalidDataException($"{path}, offset 0: the file has {length} bytes but at least {EndBytes}");
        }

        var end = new ReadOnlySpan<byte>(_bytes + length - EndBytes, EndBytes);
        long at = BinaryPrimitives.ReadInt64LittleEndian(end[8..]);
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(end[16..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(end) != Magic
            || at < 0 || bytes < 0 || bytes > int.MaxValue || at > length - EndBytes || at + bytes != length - EndBytes)
        {
            throw new InvalidDataException($"{path}, offset {length - EndBytes}: the file does not end in its table");
        }

        var json = new ReadOnlySpan<byte>(_bytes + at, (int)bytes);
        if (!SHA256.HashData(json).AsSpan().SequenceEqual(end[24..]))
        {
            throw new InvalidDataException($"{path}, offset {at}: the checksum of the table does not fit");
        }

        foreach ((string name, long first) in JsonSerializer.Deserialize<Dictionary<string, long>>(json)!)
        {
            _matrices.Add(name, PackedMatrix.Open((nint)(_bytes + first), at - first, owner: this));
        }
    }
}
