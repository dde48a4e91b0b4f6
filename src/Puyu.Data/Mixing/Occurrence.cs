using System.Runtime.InteropServices;

namespace Puyu.Data.Mixing;

/// <summary>A document in one epoch of its group.</summary>
/// <param name="First">Its first token among those of its part.</param>
/// <param name="Part">Index of the part.</param>
/// <param name="Number">Of the document in the part.</param>
/// <param name="Tokens">How many it has.</param>
/// <param name="Epoch">From 0.</param>
/// <param name="Group">Index of the group.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct Occurrence(long First, int Part, int Number, int Tokens, ushort Epoch, ushort Group)
{
    /// <summary>Bytes of one in a file.</summary>
    public const int Bytes = 24;
}

/// <summary>An occurrence and its place in the order of its group: by epoch, by draw, as in the sources.</summary>
/// <param name="Draw">Drawn from the document's key, the epoch and the seed; 0 where nothing is shuffled.</param>
/// <param name="What">The occurrence.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct DrawnOccurrence(ulong Draw, Occurrence What) : IComparable<DrawnOccurrence>
{
    /// <inheritdoc/>
    public int CompareTo(DrawnOccurrence other)
    {
        int order = What.Epoch.CompareTo(other.What.Epoch);
        order = order != 0 ? order : Draw.CompareTo(other.Draw);
        order = order != 0 ? order : What.Part.CompareTo(other.What.Part);
        return order != 0 ? order : What.Number.CompareTo(other.What.Number);
    }
}

/// <summary>An occurrence and how much of its group's tokens go before its middle, in [0, 1].</summary>
/// <param name="Place">That share.</param>
/// <param name="What">The occurrence.</param>
internal readonly record struct PlacedOccurrence(double Place, Occurrence What) : IComparable<PlacedOccurrence>
{
    /// <inheritdoc/>
    public int CompareTo(PlacedOccurrence other)
    {
        int order = Place.CompareTo(other.Place);
        return order != 0 ? order : What.Group.CompareTo(other.What.Group);
    }
}
