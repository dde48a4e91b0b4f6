using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>A document of a summary, in the order of deserving to stay.</summary>
/// <param name="Level">Which index it is of; documents of the run come after all indexes.</param>
/// <param name="Ordinal">Which document of all summaries; depends on how they are divided.</param>
/// <param name="Priority">By the policy.</param>
/// <param name="KeyUpper">Upper half of its key.</param>
/// <param name="KeyLower">Lower half of its key.</param>
/// <param name="Location">Of its record, for <see cref="SummaryFiles"/>.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RankedDocument(
    int Level, int Ordinal, Priority Priority, ulong KeyUpper, ulong KeyLower, ulong Location)
    : IComparable<RankedDocument>
{
    public UInt128 Key => new(KeyUpper, KeyLower);

    public int CompareTo(RankedDocument other)
    {
        int order = Level.CompareTo(other.Level);
        order = order != 0 ? order : Priority.CompareTo(other.Priority);
        order = order != 0 ? order : KeyUpper.CompareTo(other.KeyUpper);
        order = order != 0 ? order : KeyLower.CompareTo(other.KeyLower);
        return order != 0 ? order : Location.CompareTo(other.Location);
    }
}
