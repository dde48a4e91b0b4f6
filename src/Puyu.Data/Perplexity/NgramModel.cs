using System.Runtime.InteropServices;

namespace Puyu.Data.Perplexity;

/// <summary>
/// An n-gram language model in 8 bytes a sequence: what text like its training text looks like, at millions of units a
/// second. Safe for several threads.
/// </summary>
/// <remarks>
/// <code>
/// p(w | h) = stored for hw, else γ(h) · p(w | h without its first unit)
/// </code>
/// One table holds the sequences of all lengths: 48 bits of a hash, the logarithm of p in steps of 0.1, and that of γ
/// in steps of 0.05. <see cref="NgramTrainer"/> states how they come about.
/// </remarks>
public sealed class NgramModel
{
    internal const int MaxOrder = 6;
    internal const float ProbabilityStep = 0.1f;
    internal const float BackoffStep = 0.05f;

    private const string Signature = "PUYUNGM1";

    private readonly ulong[] _slots;

    internal NgramModel(int order, int vocabulary, ulong[] slots)
    {
        Order = order;
        VocabularySize = vocabulary;
        _slots = slots;
    }

    /// <summary>Units of the longest sequence.</summary>
    public int Order { get; }

    /// <summary>Different units, with the unknown one and the end of a line.</summary>
    public int VocabularySize { get; }

    /// <summary>The perplexity of a text a unit, lines being independent of each other.</summary>
    /// <param name="text">The text.</param>
    /// <returns>At least 1; NaN for a text without units.</returns>
    public double Perplexity(ReadOnlySpan<char> text)
    {
        double sum = 0;
        long count = 0;
        var units = new List<ulong>();
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            units.Clear();
            units.Add(NgramKeys.Begin);
            TextUnits.Hash(line, units);
            if (units.Count > 1)
            {
                units.Add(NgramKeys.End);
                sum += LogProbability(CollectionsMarshal.AsSpan(units));
                count += units.Count - 1;
            }
        }

        return Math.Exp(-sum / count);
    }

    /// <summary>Writes the model.</summary>
    /// <param name="path">The file; replaced whole or not at all.</param>
    public void Save(string path) => CheckedFile.Write(path, Signature, writer =>
    {
        writer.Write(Order);
        writer.Write(VocabularySize);
        writer.Write(_slots.Length);
        writer.Write(MemoryMarshal.AsBytes(_slots.AsSpan()));
    });

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The file is not such a model, cut or changed.</exception>
    public static NgramModel Load(string path) => CheckedFile.Read(path, Signature, reader =>
    {
        int order = reader.ReadInt32();
        int vocabulary = reader.ReadInt32();
        ulong[] slots = new ulong[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(slots.AsSpan()));
        return new NgramModel(order, vocabulary, slots);
    });

    /// <summary>Natural logarithm of the probability of all units but the first, given those before.</summary>
    /// <param name="units">Unknown ones are replaced.</param>
    internal double LogProbability(Span<ulong> units)
    {
        Span<ulong> keys = stackalloc ulong[Order];
        Span<float> backoffs = stackalloc float[Order]; // of the contexts of each length that end before the unit
        Span<float> next = stackalloc float[Order];
        backoffs.Clear();
        double sum = 0;
        for (int i = 0; i < units.Length; i++)
        {
            int lengths = NgramKeys.At(units, i, keys);
            if (!TryFind(keys[0], out ulong slot) && i > 0)
            {
                units[i] = NgramKeys.Unknown;
                NgramKeys.At(units, i, keys);
                TryFind(keys[0], out slot);
            }

            int known = 0;
            float probability = 0;
            float skipped = 0;
            next.Clear();
            while (true)
            {
                probability = -ProbabilityStep * (byte)(slot >> 8);
                next[known] = -BackoffStep * (byte)slot;
                known++;
                if (known == lengths || !TryFind(keys[known], out slot))
                {
                    break;
                }
            }

            for (int length = known; length < lengths; length++)
            {
                skipped += backoffs[length - 1];
            }

            next.CopyTo(backoffs);
            sum += i == 0 ? 0 : probability + skipped;
        }

        return sum;
    }

    internal static ulong Slot(ulong key, float logProbability, float logBackoff)
    {
        int probability = (int)Math.Clamp(MathF.Round(-logProbability / ProbabilityStep), 0, 255);
        int backoff = (int)Math.Clamp(MathF.Round(-logBackoff / BackoffStep), 0, 255);
        return (key << 16) | ((uint)probability << 8) | (uint)backoff;
    }

    internal static int PlaceOf(ulong key, int slots) => (int)(((UInt128)key * (uint)slots) >> 64);

    private bool TryFind(ulong key, out ulong slot)
    {
        // Keys are odd, so no slot in use is 0; their low 48 bits are compared, their high bits are the place.
        for (int i = PlaceOf(key, _slots.Length); (slot = _slots[i]) != 0; i = i + 1 == _slots.Length ? 0 : i + 1)
        {
            if (((slot >> 16) ^ key) << 16 == 0)
            {
                return true;
            }
        }

        return false;
    }
}
