using System.IO.MemoryMappedFiles;

namespace Puyu.Tensors.Safetensors;

/// <summary>
/// A safetensors file, mapped into memory: a tensor costs nothing until it is read, and every process that maps the
/// file shares one copy of it.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile map)
    {
        Path = path;
        Entries = header.Entries;
        Metadata = header.Metadata;
        _map = map;
        _view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
    }

    /// <summary>Path as given.</summary>
    public string Path { get; }

    /// <summary>The tensors by name, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Free-form strings of the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">
    /// The file breaks a rule of the format; the message names file, offset, tensor and rule.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        SafetensorsHeader header = SafetensorsHeader.Read(stream.SafeFileHandle, path);
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        return new SafetensorsFile(path, header, map);
    }

    /// <summary>
    /// A tensor over the mapped bytes. It is read-only, and must not be used after the file is disposed.
    /// </summary>
    /// <remarks>Elements that the file does not align to their size are copied instead.</remarks>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public Tensor Load(Scope scope, string name)
    {
        if (!Entries.TryGetValue(name, out SafetensorsEntry? entry))
        {
            throw new KeyNotFoundException($"{Path} has no tensor '{name}' among its {Entries.Count}");
        }

        byte* first = _bytes + entry.FirstByte;
        Tensor tensor;
        if ((nint)first % entry.DType.Size() == 0)
        {
            tensor = scope.Adopt((nint)first, entry.Shape, entry.DType, owner: this);
        }
        else
        {
            tensor = scope.Empty(entry.Shape, entry.DType);
            Buffer.MemoryCopy(first, tensor.OverwritePointer<byte>(), entry.Bytes, entry.Bytes);
        }

        tensor.Name = name;
        return tensor;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
