using System.Text.Json;

namespace Puyu.Data.Pipeline;

/// <summary>
/// Which documents a stage of a recipe looks at, so that it may stand there several times with bounds of its own for
/// each domain: <c>"only": { "language": ["en"] }</c>, <c>"except": { "source": ["books"] }</c>.
/// </summary>
/// <param name="only">By key, the values of which a document must have one; null for any document.</param>
/// <param name="except">By key, the values of which it must have none; null for none.</param>
internal sealed class StageScope(
    IReadOnlyDictionary<string, string[]>? only, IReadOnlyDictionary<string, string[]>? except)
{
    private const string OnlyName = "only";
    private const string ExceptName = "except";

    /// <summary>The members of a recipe that say so.</summary>
    public static string[] Members { get; } = [OnlyName, ExceptName];

    /// <summary>Whether it is all documents.</summary>
    public bool IsAll => only is null && except is null;

    /// <summary>Reads the members of a stage.</summary>
    public static StageScope Read(Dictionary<string, RecipeNode> members) =>
        new(Read(members, OnlyName), Read(members, ExceptName));

    /// <summary>Whether a document is one of them.</summary>
    public bool Has(Document document) =>
        (only is null || only.All(pair => pair.Value.Contains(Domain.Of(document, pair.Key), StringComparer.Ordinal)))
        && (except is null
            || !except.Any(pair => pair.Value.Contains(Domain.Of(document, pair.Key), StringComparer.Ordinal)));

    /// <summary>What a result depends on; empty for all documents.</summary>
    public string Describe() => IsAll ? "" : $" {Describe(only)} {Describe(except)}";

    private static string Describe(IReadOnlyDictionary<string, string[]>? values) => JsonSerializer.Serialize(values);

    private static SortedDictionary<string, string[]>? Read(Dictionary<string, RecipeNode> members, string name)
    {
        if (!members.TryGetValue(name, out RecipeNode node))
        {
            return null;
        }

        var values = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach ((string key, RecipeNode list) in node.Members(null))
        {
            values.Add(key, [.. list.Items().Select(item => item.Text())]);
        }

        return values.Count > 0
            ? values
            : throw new InvalidDataException(
                $"{node.Path} is empty but must name a metadata key, or {Domain.Source}, with a list of its values");
    }
}
