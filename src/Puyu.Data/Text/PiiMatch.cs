namespace Puyu.Data.Text;

/// <summary>Personal data in a text.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="Length">Its units.</param>
/// <param name="Kind">One kind.</param>
internal readonly record struct PiiMatch(int Start, int Length, PiiKinds Kind);
