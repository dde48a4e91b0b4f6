using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tokenizers.Merging;

/// <summary>
/// Remembers the ids of short chunks: direct-mapped, a newer chunk replaces the older one in its slot.
/// </summary>
/// <remarks>
/// A slot is 32 bytes, half a cache line: the chunk's bytes padded with zeros, its length in the sixteenth byte so that
/// chunks which end in zero bytes differ, then up to three ids and their number. A chunk that is longer or has more ids
/// is not remembered. What is found depends on the chunk alone, so the cache never changes a result.
/// </remarks>
internal sealed class ChunkCache
{
    /// <summary>Bytes of the longest chunk that is remembered.</summary>
    public const int MaxBytes = 15;

    /// <summary>Ids of the longest result that is remembered.</summary>
    public const int MaxIds = 3;

    /// <summary>Added to the length in a key, sets apart chunks that are encoded by another rule.</summary>
    public const int OtherRule = 0x80;

    private const int SlotBits = 15;

    private readonly Slot[] _slots = new Slot[1 << SlotBits];

    /// <summary>The key of a chunk.</summary>
    /// <param name="text">The text around it.</param>
    /// <param name="start">Where the chunk begins.</param>
    /// <param name="length">In [1, <see cref="MaxBytes"/>].</param>
    /// <param name="rule">0, or <see cref="OtherRule"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Key(ReadOnlySpan<byte> text, int start, int length, int rule = 0)
    {
        ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start);
        Vector128<byte> bytes = text.Length - start >= 16 ? Vector128.LoadUnsafe(ref first) : Tail(text[start..]);
        Vector128<byte> index = Vector128<byte>.Indices;
        return (bytes & Vector128.LessThan(index, Vector128.Create((byte)length)))
            | (Vector128.Equals(index, Vector128.Create((byte)MaxBytes)) & Vector128.Create((byte)(length | rule)));
    }

    /// <summary>Appends the ids of a chunk that is remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAppend(Vector128<byte> key, TokenBuffer ids)
    {
        ref Slot slot = ref SlotOf(key);
        if (slot.Key != key)
        {
            return false;
        }

        Span<int> room = ids.Reserve(MaxIds);
        room[0] = slot.Id0;
        room[1] = slot.Id1;
        room[2] = slot.Id2;
        ids.Advance(slot.Count);
        return true;
    }

    /// <summary>Remembers a chunk, if its ids are few enough.</summary>
    public void Remember(Vector128<byte> key, ReadOnlySpan<int> ids)
    {
        if (ids.Length <= MaxIds)
        {
            SlotOf(key) = new Slot(
                key,
                ids.Length > 0 ? ids[0] : 0,
                ids.Length > 1 ? ids[1] : 0,
                ids.Length > 2 ? ids[2] : 0,
                ids.Length);
        }
    }

    private static Vector128<byte> Tail(ReadOnlySpan<byte> tail)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        tail.CopyTo(padded);
        return Vector128.Create<byte>(padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot SlotOf(Vector128<byte> key)
    {
        ulong low = key.AsUInt64().GetElement(0);
        ulong high = key.AsUInt64().GetElement(1);
        ulong hash = (low * 0x9E3779B97F4A7C15) ^ (high * 0xC2B2AE3D27D4EB4F);
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(hash >> (64 - SlotBits)));
    }

    private readonly record struct Slot(Vector128<byte> Key, int Id0, int Id1, int Id2, int Count);
}
