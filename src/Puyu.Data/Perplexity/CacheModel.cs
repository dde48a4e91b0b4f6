using System.Runtime.InteropServices;

namespace Puyu.Data.Perplexity;

/// <summary>
/// A language model that knows only what it has read so far: it predicts a unit, then learns it. What it has read
/// before makes a text easier to predict just as far as the two belong together.
/// </summary>
/// <remarks>
/// <code>
/// p(w | h) = (c(hw) + t(h) · p(w | h′)) / (c(h) + t(h))      t(h): different units seen after h
/// </code>
/// with 2⁻¹⁷ for a unit never seen. Sources: Witten and Bell, The Zero-Frequency Problem, IEEE Trans. Information
/// Theory 37, 1991; Kuhn and De Mori, A Cache-Based Natural Language Model, IEEE PAMI 12, 1990.
/// </remarks>
internal sealed class CacheModel
{
    private const double OfNew = 1.0 / (1 << 17);

    private readonly Dictionary<ulong, int> _counts = [];
    private readonly Dictionary<ulong, Seen> _after = [];
    private readonly ulong[] _keys;
    private readonly ulong[] _contexts;

    /// <param name="order">Units of the longest sequence.</param>
    public CacheModel(int order)
    {
        _keys = new ulong[order];
        _contexts = new ulong[order];
    }

    /// <summary>Predicts and learns the units one after another.</summary>
    /// <returns>The sum of the natural logarithms of their probabilities.</returns>
    public double Read(ReadOnlySpan<ulong> units)
    {
        double sum = 0;
        for (int i = 0; i < units.Length; i++)
        {
            int lengths = NgramKeys.At(units, i, _keys);
            double probability = OfNew;
            for (int n = 0; n < lengths; n++)
            {
                ulong context = n == 0 ? 0 : _contexts[n - 1];
                ref Seen seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_after, context, out _);
                ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, _keys[n], out bool exists);
                if (seen.Count > 0)
                {
                    probability = (count + (seen.Different * probability)) / (seen.Count + seen.Different);
                }

                count++;
                seen.Count++;
                seen.Different += exists ? 0 : 1;
            }

            sum += Math.Log(probability);
            _keys.CopyTo(_contexts, 0);
        }

        return sum;
    }

    private struct Seen
    {
        public int Count;
        public int Different;
    }
}
