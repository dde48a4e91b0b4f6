namespace Puyu.Tensors;

/// <summary>What a routine of <see cref="VnniRoutine"/> is for.</summary>
/// <param name="Tiles">1, or 2 that are computed at once.</param>
/// <param name="Rows">Of the panel, 1 to <see cref="MaxRows"/>.</param>
/// <param name="Bits">Of a code, 4 or 8.</param>
/// <param name="Group">Inputs of a group, a multiple of 16.</param>
/// <param name="HasZeros">Whether groups have zeros.</param>
/// <param name="HasPairs">Whether there are pairs of groups.</param>
/// <param name="IsOdd">Whether a single group follows.</param>
internal readonly record struct VnniShape(
    int Tiles, int Rows, int Bits, int Group, bool HasZeros, bool HasPairs, bool IsOdd)
{
    /// <summary>The most rows: so many that all sums stand in registers.</summary>
    public static int MaxRows(int tiles) => tiles == 1 ? 8 : 6;
}
