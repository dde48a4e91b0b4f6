using System.Diagnostics;

namespace Puyu.Tensors;

/// <summary>Where things are in a block of a paged cache.</summary>
/// <remarks>
/// <code>
///   block:  head 0 | head 1 | … | head K − 1
///   head:   keys [E, block size] | values [block size, E] | scales and zeros of keys, of values, [block size] each
/// </code>
/// Keys lie across, so that a vector holds the same element of consecutive tokens and the product with a query needs no
/// sum within a vector. Four-bit codes come in groups of 16: element i of a group is at bits 32 (i mod 2) + 4 ⌊i / 2⌋
/// of its 64, where one shift by a vector of distances finds all.
/// </remarks>
/// <param name="BlockSize">Positions of a block.</param>
/// <param name="KvHeads">Key-value heads K.</param>
/// <param name="HeadDim">Elements of a head, E.</param>
/// <param name="Format">How elements are stored.</param>
internal readonly record struct KvBlockLayout(int BlockSize, int KvHeads, int HeadDim, KvFormat Format)
{
    /// <summary>Elements of a vector load; where both dimensions are multiples of it, all rows are.</summary>
    public const int Group = 16;

    /// <summary>Whether elements are codes with a scale and a zero.</summary>
    public bool IsQuantized => Format is KvFormat.Int8 or KvFormat.Int4;

    /// <summary>Whether rows consist of whole groups.</summary>
    public bool HasGroups => BlockSize % Group == 0 && HeadDim % Group == 0;

    /// <summary>Bits of an element.</summary>
    public int Bits => Format switch
    {
        KvFormat.F32 => 32,
        KvFormat.BF16 => 16,
        KvFormat.Int8 => 8,
        KvFormat.Int4 => 4,
        _ => throw new UnreachableException(),
    };

    /// <summary>Bytes of the keys of a head, and of its values.</summary>
    public long CodeBytes => (long)BlockSize * HeadDim * Bits / 8;

    /// <summary>Where the values of a head begin.</summary>
    public long Values => CodeBytes;

    /// <summary>Where the parameters of a head begin: bfloat16 [4, block size].</summary>
    public long Parameters => 2 * CodeBytes;

    /// <summary>Bytes of a head.</summary>
    public long HeadBytes => Parameters + (IsQuantized ? 4L * BlockSize * sizeof(ushort) : 0);

    /// <summary>Bytes of a block.</summary>
    public long BlockBytes => KvHeads * HeadBytes;

    /// <summary>Where a four-bit code is: its byte and its lowest bit there.</summary>
    public static (long Byte, int Shift) Nibble(long index)
    {
        int i = (int)(index % Group);
        int bit = (32 * (i % 2)) + (4 * (i / 2));
        return ((index / Group * (Group / 2)) + (bit / 8), bit % 8);
    }

    /// <summary>Throws unless the dimensions fit the format and make a block of less than 2 GiB.</summary>
    public void Require()
    {
        ShapeException.Require(
            BlockSize > 0 && KvHeads > 0 && HeadDim > 0,
            $"KvBlocks: block size {BlockSize}, key-value heads {KvHeads} and head dimension {HeadDim} "
            + $"must be positive");
        ShapeException.Require(
            Enum.IsDefined(Format), $"KvBlocks: format {(int)Format} is none of F32, BF16, Int8 and Int4");
        ShapeException.Require(
            !IsQuantized || HasGroups,
            $"KvBlocks: {Format} has groups of {Group} elements, so block size {BlockSize} and head dimension "
            + $"{HeadDim} must be multiples of {Group}; use BF16 otherwise");
        ShapeException.Require(
            BlockBytes <= int.MaxValue, $"KvBlocks: a block has {BlockBytes} bytes but must have less than 2 GiB");
    }
}
