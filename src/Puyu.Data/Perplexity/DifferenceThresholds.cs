using System.Text.Json;
using System.Text.Json.Serialization;
using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>
/// How large the perplexity difference of a long text may be, by domain and language: what is usual differs between
/// novels, papers, patents and code.
/// </summary>
/// <remarks>
/// As a file:
/// <code>
/// { "default": -0.55, "domains": { "book": { "en": -0.5, "zh-hans": -0.6 }, "code": { "*": 0 } } }
/// </code>
/// A language that a domain does not name has that of <c>*</c>, a domain that is not named the default.
/// </remarks>
public sealed record DifferenceThresholds
{
    private const string AnyLanguage = "*";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>For all that <see cref="Domains"/> does not name.</summary>
    public float Default { get; init; } = -0.55f;

    /// <summary>By domain and language.</summary>
    public SortedDictionary<string, SortedDictionary<string, float>> Domains { get; init; } =
        new(StringComparer.Ordinal);

    /// <summary>The threshold for a document.</summary>
    public float Of(string domain, string language)
    {
        if (!Domains.TryGetValue(domain, out SortedDictionary<string, float>? languages))
        {
            return Default;
        }

        return languages.TryGetValue(language, out float own) ? own : languages.GetValueOrDefault(AnyLanguage, Default);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is not of this form; the message says where.</exception>
    public static DifferenceThresholds Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DifferenceThresholds>(JsonLines.ReadText(path), _json)
                ?? throw new InvalidDataException($"{path} is null but must be an object");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path}: {problem.Message}", problem);
        }
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, _json) + "\n");
}
