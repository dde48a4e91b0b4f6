using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>The hash of a document's whole text.</summary>
/// <param name="Upper">Upper half of the hash.</param>
/// <param name="Lower">Lower half of the hash.</param>
/// <param name="Document">Its ordinal among the summaries.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct ContentRecord(ulong Upper, ulong Lower, int Document) : IComparable<ContentRecord>
{
    public int CompareTo(ContentRecord other)
    {
        int order = Upper.CompareTo(other.Upper);
        order = order != 0 ? order : Lower.CompareTo(other.Lower);
        return order != 0 ? order : Document.CompareTo(other.Document);
    }
}
