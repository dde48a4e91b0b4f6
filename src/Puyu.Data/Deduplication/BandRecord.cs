using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>One band of a document's signature.</summary>
/// <param name="Hash">Of the band: see <see cref="Banding"/>.</param>
/// <param name="Document">Its ordinal among the summaries, or among the survivors of an index.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct BandRecord(ulong Hash, int Document) : IComparable<BandRecord>
{
    public int CompareTo(BandRecord other)
    {
        int order = Hash.CompareTo(other.Hash);
        return order != 0 ? order : Document.CompareTo(other.Document);
    }
}
