using System.Runtime.InteropServices;

namespace Puyu.Data.Mixing;

/// <summary>Reads a stretch of the order of documents, as <see cref="MixPlanner"/> wrote it.</summary>
internal static class OccurrenceFile
{
    private const int BlockItems = 4096;

    /// <summary>Occurrences, in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="first">Index of the first.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<Occurrence> Read(string path, long first, int count)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        stream.Position = first * Occurrence.Bytes;
        var block = new Occurrence[Math.Min(count, BlockItems)];
        for (int rest = count; rest > 0;)
        {
            int items = Math.Min(rest, block.Length);
            stream.ReadExactly(MemoryMarshal.AsBytes(block.AsSpan(0, items)));
            for (int i = 0; i < items; i++)
            {
                yield return block[i];
            }

            rest -= items;
        }
    }
}
