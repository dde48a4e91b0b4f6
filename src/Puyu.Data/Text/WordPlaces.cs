using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Data.Text;

/// <summary>Where the words of a text begin and end. Kept and used again from text to text.</summary>
internal sealed class WordPlaces
{
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];
    private int _endCount;

    /// <summary>How many words there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all words.</summary>
    public void Clear()
    {
        Count = 0;
        _endCount = 0;
    }

    /// <summary>Appends a word.</summary>
    public void Add(int start, int end)
    {
        Reserve(1);
        _starts[Count++] = start;
        _ends[_endCount++] = end;
    }

    /// <summary>Appends beginnings and ends of words among 64 units; either may be without the other.</summary>
    /// <param name="at">The first unit.</param>
    /// <param name="starts">Bit i: a word begins at unit <paramref name="at"/> + i.</param>
    /// <param name="ends">Bit i: a word ends before unit <paramref name="at"/> + i.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, ulong starts, ulong ends)
    {
        Reserve(64);
        Count += Append(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), Count), at, starts);
        _endCount += Append(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ends), _endCount), at, ends);
    }

    /// <summary>Hands the places out in exchange for other arrays, of any content.</summary>
    public (int[] Starts, int[] Ends, int Count) Swap(int[] starts, int[] ends)
    {
        (int[] Starts, int[] Ends, int Count) places = (_starts, _ends, Count);
        (_starts, _ends) = (starts, ends);
        Clear();
        return places;
    }

    private static int Append(ref int target, int at, ulong bits)
    {
        int count = 0;
        for (; bits != 0; bits &= bits - 1)
        {
            Unsafe.Add(ref target, count++) = at + BitOperations.TrailingZeroCount(bits);
        }

        return count;
    }

    /// <summary>Room for some more beginnings and ends; there is at most one beginning more than ends.</summary>
    private void Reserve(int more)
    {
        if (Count + more > _starts.Length || Count + more > _ends.Length)
        {
            int capacity = 2 * Math.Max(Count + more, 256);
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _ends, capacity);
        }
    }
}
