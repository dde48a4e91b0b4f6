namespace Puyu.Abstractions;

/// <summary>
/// Counter-based random numbers: the n-th draw is a pure function of (seed, stream, n), so a generator is resumed by
/// its <see cref="Position"/> and parallel work draws the same numbers in any order.
/// </summary>
/// <remarks>
/// Philox4x32-10. Source: Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011. Mutable value: pass by
/// reference to share it.
/// </remarks>
/// <param name="seed">Chosen by the user; the same seed gives the same numbers everywhere.</param>
/// <param name="stream">Separates the consumers of one seed (initialization, dropout, shuffling, sampling …).</param>
public struct CounterRandom(ulong seed, ulong stream = 0)
{
    private const float UnitPer24Bits = 1.0f / (1 << 24);
    private const double UnitPer53Bits = 1.0 / (1UL << 53);

    private UInt128 _block;
    private ulong _blockIndex = ulong.MaxValue;

    /// <summary>Number of 32-bit draws made so far. Setting it moves the generator there.</summary>
    public ulong Position { get; set; }

    /// <summary>The 128 random bits of one counter value.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="stream">High half of the counter.</param>
    /// <param name="index">Low half of the counter.</param>
    public static UInt128 Block(ulong seed, ulong stream, ulong index)
    {
        (uint c0, uint c1) = ((uint)index, (uint)(index >> 32));
        (uint c2, uint c3) = ((uint)stream, (uint)(stream >> 32));
        (uint k0, uint k1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = 0xD2511F53UL * c0;
            ulong product1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = (
                (uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1,
                (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return new UInt128(((ulong)c3 << 32) | c2, ((ulong)c1 << 32) | c0);
    }

    /// <summary>Draws 32 uniform bits.</summary>
    public uint NextUInt32()
    {
        ulong index = Position / 4;
        if (index != _blockIndex)
        {
            _block = Block(seed, stream, index);
            _blockIndex = index;
        }

        return (uint)(_block >> (int)(32 * (Position++ % 4)));
    }

    /// <summary>Draws 64 uniform bits.</summary>
    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>Draws a number uniform in [0, 1), a multiple of 2⁻²⁴.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * UnitPer24Bits;

    /// <summary>Draws a number uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * UnitPer53Bits;

    /// <summary>Draws an integer uniform in [0, <paramref name="bound"/>), without modulo bias.</summary>
    /// <param name="bound">Positive.</param>
    /// <remarks>Source: Lemire, Fast Random Integer Generation in an Interval, ACM TOMACS 29(1), 2019.</remarks>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong product = (ulong)NextUInt32() * (uint)bound;
        uint threshold = (uint)(-bound) % (uint)bound;
        while ((uint)product < threshold)
        {
            product = (ulong)NextUInt32() * (uint)bound;
        }

        return (int)(product >> 32);
    }

    /// <summary>Draws from the standard normal distribution (Box-Muller, cosine branch).</summary>
    public float NextNormal()
    {
        double u = 1 - NextDouble();
        double angle = 2 * Math.PI * NextDouble();
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(angle));
    }

    /// <summary>Permutes in place, uniformly (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
