using System.Xml.Linq;

namespace Puyu.Benchmarks.Data;

/// <summary>
/// The documentation of the .NET reference packs that are installed beside the runtime: real English text.
/// </summary>
internal static class PackDocumentation
{
    /// <summary>The text of every member, by file and place; nothing where no pack is installed.</summary>
    public static IEnumerable<string> Members()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string packs = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "packs"));
        string[] files = Directory.Exists(packs)
            ? [.. Directory.GetFiles(packs, "*.xml", SearchOption.AllDirectories)
                .Where(path => path.Contains("ref/net", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [];
        return files.SelectMany(path => XDocument.Load(path).Descendants("member"))
            .Select(member => member.Value.Trim());
    }
}
