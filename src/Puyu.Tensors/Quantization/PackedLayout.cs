using System.Buffers.Binary;

namespace Puyu.Tensors.Quantization;

/// <summary>Where the numbers of a <see cref="PackedMatrix"/> stand in its block of memory.</summary>
/// <remarks>
/// <para>
/// A header of 64 bytes, then a tile for every 16 outputs. A tile is read from its first byte to its last: for each
/// pair of groups the scales, F16 [2, 16], then, unless zero is the middle code, the zeros, alike, then the codes. The
/// last pair may lack its second group's codes. All of them are multiples of 64 bytes.
/// </para>
/// <para>
/// Codes stand in vectors of 64 bytes: four consecutive inputs (a step) of 16 outputs, a byte each. With 4 bits a
/// vector has step 2v in the low and step 2v + 1 in the high halves of its bytes.
/// </para>
/// <code>
///   w[n, k] = unit · scale[n, k / G] · (code[n, k] − zero[n, k / G])
/// </code>
/// Unit is a power of two that puts the greatest scale where F16 is precise. Integer zeros are exact in F16.
/// </remarks>
/// <param name="Outputs">N.</param>
/// <param name="Inputs">K.</param>
/// <param name="Scheme">Bits and groups as they were given.</param>
/// <param name="Unit">A power of two.</param>
internal readonly record struct PackedLayout(int Outputs, int Inputs, QuantScheme Scheme, float Unit)
{
    /// <summary>Outputs of a tile.</summary>
    public const int TileOutputs = 16;

    /// <summary>Inputs of a step: what one lane of 32 bits holds.</summary>
    public const int StepInputs = 4;

    /// <summary>Bytes of one vector of codes.</summary>
    public const int VectorBytes = TileOutputs * StepInputs;

    /// <summary>Bytes before the first tile.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Bytes of the scales, or of the zeros, of a pair of groups.</summary>
    public const int ScaleBytes = 2 * TileOutputs * sizeof(ushort);

    /// <summary>The longest group of the layout: activations are rounded group by group.</summary>
    private const int MaxGroup = 128;

    /// <summary>"PYQ" and the version of the layout.</summary>
    private const int Magic = 'P' | ('Y' << 8) | ('Q' << 16) | (2 << 24);

    /// <summary>G: inputs that share scales here; divides that of the scheme, a multiple of 16.</summary>
    public int Group
    {
        get
        {
            int group = Math.Min(MaxGroup, Scheme.GroupSize);
            while (Scheme.GroupSize % group != 0)
            {
                group -= 16;
            }

            return group;
        }
    }

    /// <summary>Groups of a row of weights.</summary>
    public int Groups => (Inputs + Group - 1) / Group;

    /// <summary>K, filled up to whole groups with codes that meet activations of zero.</summary>
    public int PaddedInputs => Groups * Group;

    /// <summary>Tiles of all outputs.</summary>
    public int Tiles => (Outputs + TileOutputs - 1) / TileOutputs;

    /// <summary>Distance between tiles.</summary>
    public long TileBytes => ((Groups + 1) / 2 * (long)HeadBytes) + ((long)Groups * GroupBytes);

    /// <summary>Bytes of the scales and zeros of a pair of groups.</summary>
    private int HeadBytes => (Scheme.IsSymmetric ? 1 : 2) * ScaleBytes;

    /// <summary>Bytes of the codes of a group.</summary>
    private int GroupBytes => Group * TileOutputs * Scheme.Bits / 8;

    /// <summary>Bytes of the whole block.</summary>
    public long Bytes => HeaderBytes + (Tiles * TileBytes);

    /// <summary>Place of an output's first codes of a group in its tile; <see cref="StepAt"/> has the others.</summary>
    /// <param name="output">Within the tile.</param>
    /// <param name="group">Of the layout.</param>
    public int CodesAt(int output, int group) =>
        (((group / 2) + 1) * HeadBytes) + (group * GroupBytes) + (output * StepInputs);

    /// <summary>Distance of the four codes of a step from the first ones of its group.</summary>
    /// <param name="step">Within the group.</param>
    /// <param name="bits">Of a code.</param>
    /// <param name="shift">By how many bits the codes are shifted in their bytes.</param>
    public static int StepAt(int step, int bits, out int shift)
    {
        shift = bits == 4 ? step % 2 * 4 : 0;
        return (bits == 4 ? step / 2 : step) * VectorBytes;
    }

    /// <summary>Place of a scale in its tile; its zero, if there is one, stands <see cref="ScaleBytes"/> on.</summary>
    /// <param name="output">Within the tile.</param>
    /// <param name="group">Of the layout.</param>
    public int ScaleAt(int output, int group)
    {
        int ofPair = group / 2 * (HeadBytes + (2 * GroupBytes));
        return ofPair + (((group % 2 * TileOutputs) + output) * sizeof(ushort));
    }

    /// <summary>Writes the header.</summary>
    public void WriteHeader(Span<byte> header)
    {
        header[..HeaderBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Outputs);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Inputs);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], Scheme.Bits);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], Scheme.GroupSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], Scheme.IsSymmetric ? 1 : 0);
        BinaryPrimitives.WriteSingleLittleEndian(header[24..], Unit);
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="InvalidDataException">It is none, or of another version.</exception>
    public static PackedLayout ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadInt32LittleEndian(header) != Magic)
        {
            throw new InvalidDataException(
                $"{header.Length} bytes do not begin with the header of packed weights of this version; "
                + "pack them again");
        }

        var scheme = new QuantScheme
        {
            Bits = BinaryPrimitives.ReadInt32LittleEndian(header[12..]),
            GroupSize = BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            IsSymmetric = BinaryPrimitives.ReadInt32LittleEndian(header[20..]) == 1,
        };
        int outputs = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        int inputs = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (outputs <= 0 || inputs <= 0 || scheme.Bits is not (4 or 8) || scheme.GroupSize is <= 0
            || scheme.GroupSize % 16 != 0)
        {
            throw new InvalidDataException(
                $"the header of packed weights says [{outputs}, {inputs}] with {scheme}, which is impossible");
        }

        return new PackedLayout(outputs, inputs, scheme, BinaryPrimitives.ReadSingleLittleEndian(header[24..]));
    }
}
