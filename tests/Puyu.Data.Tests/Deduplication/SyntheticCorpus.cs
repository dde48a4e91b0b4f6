using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data.Tests.Deduplication;

/// <summary>Short documents of random words, of which some are copies of others, changed a little or not.</summary>
internal static class SyntheticCorpus
{
    private const int Words = 24;

    /// <summary>The n-th document: three in ten repeat an earlier one, with up to three words changed.</summary>
    public static Document At(int n, ulong seed)
    {
        var random = new CounterRandom(seed, (ulong)n);
        string dump = $"20{10 + random.NextInt32(14)}-{random.NextInt32(52):d2}";
        if (n == 0 || random.NextInt32(10) >= 3)
        {
            return StageRun.Document($"file-{n % 7}", n, Text((ulong)n, seed, 0, ref random), dump);
        }

        ulong original = (ulong)(random.NextInt32(2) == 0 ? random.NextInt32(n) : n / 50); // the latter makes clusters
        return StageRun.Document(
            $"file-{n % 7}", n, Text(original, seed, random.NextInt32(4), ref random), dump);
    }

    private static string Text(ulong original, ulong seed, int changes, ref CounterRandom random)
    {
        var words = new CounterRandom(seed + 1, original);
        var text = new StringBuilder();
        int every = changes == 0 ? int.MaxValue : Words / changes;
        for (int i = 0; i < Words; i++)
        {
            int word = words.NextInt32(5000);
            text.Append('w').Append((i + 1) % every == 0 ? random.NextInt32(5000) : word).Append(' ');
        }

        return text.ToString();
    }
}
