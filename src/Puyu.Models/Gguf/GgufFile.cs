using System.IO.MemoryMappedFiles;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Gguf;

/// <summary>A GGUF file, mapped into memory.</summary>
internal sealed unsafe class GgufFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;

    private GgufFile(string path, FileStream stream)
    {
        Path = path;
        _map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
        try
        {
            (Metadata, Tensors) = new GgufReader(path, _bytes, stream.Length).ReadHeader();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Path as given.</summary>
    public string Path { get; }

    /// <summary>Key-value pairs.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">
    /// The file breaks a rule of the format; the message names file, offset and rule.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GgufFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return stream.Length > 0
            ? new GgufFile(path, stream)
            : throw new InvalidDataException($"{path}, offset 0: 8 bytes are expected but the file ends at 0");
    }

    /// <summary>The elements of a tensor as they are in the file.</summary>
    /// <remarks>Of more than 2³¹ bytes, the first; no row is longer.</remarks>
    public ReadOnlySpan<byte> Bytes(GgufTensor tensor) =>
        new(_bytes + tensor.FirstByte, (int)Math.Min(tensor.Bytes, int.MaxValue));

    /// <summary>Reads a matrix of codes.</summary>
    /// <param name="tensor">[outputs, inputs] of a format that holds codes.</param>
    /// <param name="rowOf">Which row of the file a row of the result is; null for the same.</param>
    public QuantizedWeights ReadCodes(GgufTensor tensor, int[]? rowOf) =>
        tensor.Format.ReadCodes(_bytes + tensor.FirstByte, tensor.Shape.Rows, tensor.Shape[^1], rowOf);

    /// <summary>Reads a tensor of real numbers: over the mapped bytes, or copied where rows move.</summary>
    /// <param name="scope">Owns the result, which must not be used after the file is disposed.</param>
    /// <param name="tensor">Of a format without codes.</param>
    /// <param name="rowOf">As in <see cref="ReadCodes"/>.</param>
    public Tensor ReadFloats(Scope scope, GgufTensor tensor, int[]? rowOf)
    {
        DType dtype = tensor.Format.FloatType;
        Tensor mapped = scope.Adopt((nint)(_bytes + tensor.FirstByte), tensor.Shape, dtype, owner: this);
        if (rowOf is null)
        {
            return mapped;
        }

        Tensor moved = scope.Empty(tensor.Shape, dtype);
        int rows = rowOf.Length;
        Shape row = [checked((int)(tensor.Shape.Count / rows))];
        for (int i = 0; i < rows; i++)
        {
            using Scope inner = scope.Begin();
            Tensor from = inner.View(inner.View(mapped, [rows, row[0]]), row, rowOf[i]);
            inner.Copy(from, inner.View(inner.View(moved, [rows, row[0]]), row, i));
        }

        scope.Release(mapped);
        return moved;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
