using System.Collections.Frozen;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Formats of strings, as regular expressions.</summary>
/// <remarks>They fit a part of what the standards allow: what is generated is always valid.</remarks>
internal static class JsonFormats
{
    private const string Date =
        "[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
        + "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";

    private const string Time =
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])";

    private const string Label = "[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
    private const string Byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string Host = $"{Label}(\\.{Label}){{0,5}}";
    private const string Atom = "[A-Za-z0-9_+-]{1,32}";

    private static readonly FrozenDictionary<string, string> _patterns = new Dictionary<string, string>
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        ["email"] = $"{Atom}(\\.{Atom}){{0,3}}@({Label}\\.){{1,5}}[A-Za-z]{{2,10}}",
        ["hostname"] = Host,
        ["ipv4"] = $"{Byte}(\\.{Byte}){{3}}",
        ["ipv6"] = "[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){7}",
        ["uri"] = $"(https?|ftp)://{Host}(:[1-9][0-9]{{0,3}})?(/[A-Za-z0-9._~-]*)*(\\?[A-Za-z0-9._~=&-]*)?",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names of all formats.</summary>
    public static IEnumerable<string> Names => _patterns.Keys.Order(StringComparer.Ordinal);

    /// <summary>The pattern of a format; null if it is not known.</summary>
    public static string? Pattern(string format) => _patterns.GetValueOrDefault(format);
}
