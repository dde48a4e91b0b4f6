using System.Globalization;

namespace Puyu.Cli.Display;

/// <summary>Numbers as tables and reports write them, whatever the culture.</summary>
internal static class Figures
{
    /// <summary>A count with its thousands divided.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in per cent; nothing of nothing is 0 %.</summary>
    public static string Share(long part, long whole) => Share(part / (double)Math.Max(whole, 1));

    /// <summary>A share in per cent.</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %");

    /// <summary>Bytes in megabytes, without the unit.</summary>
    public static string Megabytes(long bytes) => (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture);

    /// <summary>Bytes with the unit that suits them.</summary>
    public static string Bytes(long bytes) => Math.Abs(bytes) switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N2} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N1} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    /// <summary>A measured value or a bound, to four significant decimals at most.</summary>
    public static string Value(double value) => value.ToString(
        Math.Abs(value) is > 0 and < 0.01 ? "0.00####" : "#,0.####", CultureInfo.InvariantCulture);
}
