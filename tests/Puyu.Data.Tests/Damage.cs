using Puyu.Abstractions;

namespace Puyu.Data.Tests;

/// <summary>Seeded corruption of files, for fuzz tests.</summary>
internal static class Damage
{
    /// <summary>A damaged copy: a changed byte or word, a cut, an insertion, or a swap of two stretches.</summary>
    public static byte[] Apply(byte[] good, ref CounterRandom random)
    {
        byte[] bad = [.. good];
        int at = random.NextInt32(bad.Length);
        switch (random.NextInt32(5))
        {
            case 0:
                bad[at] ^= (byte)(1 << random.NextInt32(8));
                return bad;
            case 1:
                bad.AsSpan(at, Math.Min(8, bad.Length - at)).Fill((byte)(random.NextInt32(2) * 255));
                return bad;
            case 2:
                return bad[..at];
            case 3:
                return [.. bad[..at], (byte)random.NextInt32(256), .. bad[at..]];
            default:
                return [.. bad[at..], .. bad[..at]];
        }
    }
}
