namespace Puyu.Data.Text;

/// <summary>Quotients as measures have them.</summary>
internal static class Ratio
{
    /// <summary>Part over whole, rounded once; NaN, nothing to measure, if the whole is nothing.</summary>
    public static float Of(double part, double whole) => whole == 0 ? float.NaN : (float)(part / whole);
}
