using System.Runtime.CompilerServices;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>
/// An integer for each code point, 0 unless set: two levels, memory only for blocks that hold something.
/// </summary>
internal sealed class CharacterTable
{
    private const int BlockBits = 7;
    private const int BlockSize = 1 << BlockBits;

    private readonly int[] _blockOf = new int[0x110000 >> BlockBits];
    private int[] _values = new int[BlockSize];

    /// <summary>The value of a code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(int codePoint) => _values[_blockOf[codePoint >> BlockBits] + (codePoint & (BlockSize - 1))];

    /// <summary>Sets the value of a code point. Only while the table is filled.</summary>
    public void Set(int codePoint, int value)
    {
        ref int block = ref _blockOf[codePoint >> BlockBits];
        if (block == 0)
        {
            block = _values.Length;
            Array.Resize(ref _values, _values.Length + BlockSize);
        }

        _values[block + (codePoint & (BlockSize - 1))] = value;
    }
}
