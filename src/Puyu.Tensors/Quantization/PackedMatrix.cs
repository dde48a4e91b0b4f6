using Puyu.Tensors.Memory;

namespace Puyu.Tensors.Quantization;

/// <summary>
/// The weights of a linear map as integer codes in the order in which the kernels read them, in native memory of its
/// own or in that of a file's image. See docs/quantized-kernels.md.
/// </summary>
/// <remarks>
/// Scales and zeros are kept as F16. Those of GGUF, AWQ and GPTQ files fit exactly; others are rounded, by at most
/// 2⁻¹¹ of their size, which is little beside the rounding of the weights.
/// </remarks>
public sealed unsafe class PackedMatrix : IDisposable
{
    private readonly object? _owner;
    private nint _block;

    private PackedMatrix(PackedLayout layout, nint block, bool isOwn, object? owner)
    {
        Layout = layout;
        _block = block;
        IsOwn = isOwn;
        _owner = owner;
    }

    /// <summary>N: outputs of the map.</summary>
    public int Outputs => Layout.Outputs;

    /// <summary>K: inputs of the map.</summary>
    public int Inputs => Layout.Inputs;

    /// <summary>Bits and groups; symmetric where zero is the middle code of every group.</summary>
    public QuantScheme Scheme => Layout.Scheme;

    /// <summary>Bytes of the block: what <see cref="Write"/> writes.</summary>
    public long Bytes => Layout.Bytes;

    /// <summary>Whether the memory is freed with the matrix; otherwise it is its owner's.</summary>
    public bool IsOwn { get; }

    /// <summary>Where the numbers stand.</summary>
    internal PackedLayout Layout { get; }

    /// <summary>Arranges weights for the kernels.</summary>
    /// <param name="weights">In the order of their definition.</param>
    /// <returns>With memory of its own; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">A scale or an offset is not finite, or too large.</exception>
    public static PackedMatrix Pack(QuantizedWeights weights)
    {
        PackedLayout layout = Packing.Plan(weights);
        var packed = new PackedMatrix(layout, NativeBlocks.Reserve(layout.Bytes), isOwn: true, owner: null);
        layout.WriteHeader(new Span<byte>((byte*)packed._block, PackedLayout.HeaderBytes));
        Packing.Pack(weights, packed);
        return packed;
    }

    /// <summary>Takes over what <see cref="Write"/> has written, where it stands.</summary>
    /// <param name="address">First byte; a multiple of 64.</param>
    /// <param name="bytes">Bytes from there on, at least those of the matrix.</param>
    /// <param name="owner">Kept alive as long as the matrix, such as a <see cref="FileImage"/>.</param>
    /// <exception cref="InvalidDataException">
    /// There is no packed matrix of this version, or it is not whole.
    /// </exception>
    public static PackedMatrix Open(nint address, long bytes, object? owner)
    {
        if (address % PackedLayout.VectorBytes != 0)
        {
            throw new ArgumentException(
                $"address is {address} but must be a multiple of {PackedLayout.VectorBytes}", nameof(address));
        }

        int headerBytes = (int)Math.Min(bytes, PackedLayout.HeaderBytes);
        PackedLayout layout = PackedLayout.ReadHeader(new ReadOnlySpan<byte>((byte*)address, headerBytes));
        if (bytes < layout.Bytes)
        {
            throw new InvalidDataException(
                $"packed weights [{layout.Outputs}, {layout.Inputs}] need {layout.Bytes} bytes but only {bytes} "
                + "follow; pack them again");
        }

        return new PackedMatrix(layout, address, isOwn: false, owner);
    }

    /// <summary>Writes the block, for <see cref="Open"/>; its place in a file must be a multiple of 64.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Write(Stream stream)
    {
        const int ChunkBytes = 1 << 26;
        byte* block = Block;
        for (long first = 0; first < Bytes; first += ChunkBytes)
        {
            stream.Write(new ReadOnlySpan<byte>(block + first, (int)Math.Min(ChunkBytes, Bytes - first)));
        }
    }

    /// <summary>The weights in the order of their definition.</summary>
    /// <returns>
    /// Those that were packed, scales and offsets as the kernels see them. A group of equal weights may have another
    /// scale.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The matrix is disposed.</exception>
    public QuantizedWeights Unpack()
    {
        ObjectDisposedException.ThrowIf(_block == 0, this);
        return Packing.Unpack(this);
    }

    /// <summary>Shape and storage, as in messages about shapes.</summary>
    public override string ToString() => $"packed W{Scheme.Bits} [{Outputs}, {Inputs}]";

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsOwn && _block != 0)
        {
            NativeBlocks.Release(_block);
        }

        _block = 0;
        GC.KeepAlive(_owner);
    }

    /// <summary>First byte of a tile.</summary>
    internal byte* Tile(int tile) => Block + PackedLayout.HeaderBytes + (tile * Layout.TileBytes);

    private byte* Block
    {
        get
        {
            ObjectDisposedException.ThrowIf(_block == 0, this);
            return (byte*)_block;
        }
    }
}
