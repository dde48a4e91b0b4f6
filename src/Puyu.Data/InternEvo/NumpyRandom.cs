namespace Puyu.Data.InternEvo;

/// <summary>
/// NumPy's legacy generator, <c>numpy.random.RandomState(seed)</c>, as far as InternEvo's data order needs it.
/// </summary>
/// <remarks>
/// MT19937, seeded by Knuth's linear recurrence. Source: Matsumoto and Nishimura, Mersenne Twister, ACM TOMACS 8(1),
/// 1998, with the initialization of 2002. An integer in [0, max] is drawn by masking 32 bits to the smallest 2ᵏ − 1 ≥
/// max until the result is not above max; NumPy keeps this stream fixed for compatibility (NEP 19). For anything of our
/// own, use <see cref="Abstractions.CounterRandom"/>.
/// </remarks>
internal sealed class NumpyRandom
{
    private const int N = 624;
    private const int M = 397;

    private readonly uint[] _state = new uint[N];
    private int _next = N;

    /// <param name="seed">As given to RandomState.</param>
    public NumpyRandom(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < N; i++)
        {
            _state[i] = (1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30))) + i;
        }
    }

    /// <summary>Draws 32 uniform bits.</summary>
    public uint NextUInt32()
    {
        if (_next == N)
        {
            Generate();
        }

        uint bits = _state[_next++];
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9D2C5680;
        bits ^= (bits << 15) & 0xEFC60000;
        return bits ^ (bits >> 18);
    }

    /// <summary>Permutes in place, as <c>RandomState.shuffle</c> does.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)NextInterval((uint)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Draws an integer uniform in [0, <paramref name="max"/>].</summary>
    internal uint NextInterval(uint max)
    {
        if (max == 0)
        {
            return 0;
        }

        uint mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(max);
        uint value = NextUInt32() & mask;
        while (value > max)
        {
            value = NextUInt32() & mask;
        }

        return value;
    }

    private void Generate()
    {
        for (int i = 0; i < N; i++)
        {
            uint bits = (_state[i] & 0x80000000) | (_state[(i + 1) % N] & 0x7FFFFFFF);
            _state[i] = _state[(i + M) % N] ^ (bits >> 1) ^ ((bits & 1) * 0x9908B0DF);
        }

        _next = 0;
    }
}
