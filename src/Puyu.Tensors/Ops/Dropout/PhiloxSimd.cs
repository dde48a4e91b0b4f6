using System.Numerics;

namespace Puyu.Tensors;

/// <summary>The draws of <see cref="Puyu.Abstractions.CounterRandom"/>, many counters at a time.</summary>
/// <remarks>
/// A 64-bit lane holds one 32-bit word of one counter, so that a product of two words fits. Four vectors of words and
/// two keys are live.
/// </remarks>
internal static unsafe class PhiloxSimd
{
    /// <summary>Draws of one counter.</summary>
    public const int DrawsPerBlock = 4;

    /// <summary>Writes the draws of consecutive counters in order.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">High half of the counter.</param>
    /// <param name="firstBlock">Low half of the first counter.</param>
    /// <param name="draws">Overwritten with four times <paramref name="blocks"/> draws.</param>
    /// <param name="blocks">Counters; a multiple of the lanes of a vector of 64-bit integers.</param>
    public static void Fill(ulong seed, ulong stream, ulong firstBlock, uint* draws, int blocks)
    {
        int lanes = Vector<ulong>.Count;
        ulong* pairs = stackalloc ulong[2 * lanes];
        for (int block = 0; block < blocks; block += lanes)
        {
            Rounds(seed, stream, firstBlock + (ulong)block, pairs);
            for (int lane = 0; lane < lanes; lane++)
            {
                ((ulong*)draws)[2 * (block + lane)] = pairs[lane];
                ((ulong*)draws)[(2 * (block + lane)) + 1] = pairs[lanes + lane];
            }
        }
    }

    // Writes words 0 and 1 of every lane's counter, then words 2 and 3.
    private static void Rounds(ulong seed, ulong stream, ulong firstBlock, ulong* pairs)
    {
        var low = new Vector<ulong>(uint.MaxValue);
        Vector<ulong> index = Vector.CreateSequence(firstBlock, 1ul);
        (Vector<ulong> c0, Vector<ulong> c1) = (index & low, Vector.ShiftRightLogical(index, 32));
        (Vector<ulong> c2, Vector<ulong> c3) = (new Vector<ulong>((uint)stream), new Vector<ulong>(stream >> 32));
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            Vector<ulong> product0 = c0 * new Vector<ulong>(0xD2511F53);
            Vector<ulong> product1 = c2 * new Vector<ulong>(0xCD9E8D57);
            c0 = Vector.ShiftRightLogical(product1, 32) ^ c1 ^ new Vector<ulong>(k0);
            c1 = product1 & low;
            c2 = Vector.ShiftRightLogical(product0, 32) ^ c3 ^ new Vector<ulong>(k1);
            c3 = product0 & low;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        (c0 | Vector.ShiftLeft(c1, 32)).Store(pairs);
        (c2 | Vector.ShiftLeft(c3, 32)).Store(pairs + Vector<ulong>.Count);
    }
}
