using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Data.Perplexity;

/// <summary>
/// Thresholds are tuned by looking only at texts near them: those go to a file, a person says of each whether to keep
/// it, and the thresholds move to where they agree with most of that.
/// </summary>
/// <remarks>
/// A line of the file is one text, with <c>"keep": null</c> to be changed to true or false. Source of the procedure:
/// Cai et al., InternLM2 Technical Report, 2024, section on long context data.
/// </remarks>
public static class BorderlineReview
{
    private const int ExcerptCharacters = 300;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Measures texts and writes those nearest to the threshold of their domain and language.</summary>
    /// <param name="documents">Long texts with domain and language in their metadata.</param>
    /// <param name="thresholds">As they stand.</param>
    /// <param name="nearest">How many to write of each domain and language.</param>
    /// <param name="path">The file; replaced whole or not at all.</param>
    /// <returns>Texts written.</returns>
    public static int Write(
        IEnumerable<Document> documents, DifferenceThresholds thresholds, int nearest, string path)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(thresholds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nearest);
        ReviewedText[] chosen = [.. documents
            .Select(document => Measure(document, thresholds))
            .Where(text => !float.IsNaN(text.Difference))
            .GroupBy(text => (text.Domain, text.Language))
            .SelectMany(group => group
                .OrderBy(text => Math.Abs(text.Difference - text.Threshold))
                .ThenBy(text => text.Id, StringComparer.Ordinal)
                .Take(nearest))
            .OrderBy(text => text.Domain, StringComparer.Ordinal)
            .ThenBy(text => text.Language, StringComparer.Ordinal)
            .ThenBy(text => text.Difference)
            .ThenBy(text => text.Id, StringComparer.Ordinal)];
        AtomicFile.WriteText(path, string.Concat(chosen.Select(text => JsonSerializer.Serialize(text, _json) + "\n")));
        return chosen.Length;
    }

    /// <summary>Reads a file in which some texts are judged, and moves the thresholds of their domains.</summary>
    /// <param name="path">The file.</param>
    /// <param name="thresholds">As they stand; not changed.</param>
    /// <returns>
    /// For each domain and language with a judged text, the threshold that agrees with most of them: of several, the
    /// one nearest to where it was.
    /// </returns>
    /// <exception cref="InvalidDataException">A line is malformed; the message says which.</exception>
    public static DifferenceThresholds Refit(string path, DifferenceThresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        var domains = new SortedDictionary<string, SortedDictionary<string, float>>(StringComparer.Ordinal);
        foreach ((string domain, SortedDictionary<string, float> languages) in thresholds.Domains)
        {
            domains[domain] = new SortedDictionary<string, float>(languages, StringComparer.Ordinal);
        }

        foreach (var group in Read(path).Where(text => text.Keep is not null)
            .GroupBy(text => (text.Domain, text.Language)))
        {
            if (!domains.TryGetValue(group.Key.Domain, out SortedDictionary<string, float>? languages))
            {
                domains[group.Key.Domain] = languages = new SortedDictionary<string, float>(StringComparer.Ordinal);
            }

            float current = thresholds.Of(group.Key.Domain, group.Key.Language);
            languages[group.Key.Language] = BestThreshold([.. group], current);
        }

        return thresholds with { Domains = domains };
    }

    private static ReviewedText Measure(Document document, DifferenceThresholds thresholds)
    {
        string domain = document.Metadata.GetValueOrDefault("domain", "");
        string language = document.Metadata.GetValueOrDefault("language", "");
        string text = document.Text;
        int middle = text.Length / 2;
        int before = Math.Max(0, middle - (ExcerptCharacters / 2));
        int after = Math.Min(text.Length, before + ExcerptCharacters);
        return new ReviewedText(
            document.Id, domain, language, (float)PerplexityDifference.Of(text), thresholds.Of(domain, language),
            text[before..after], null);
    }

    /// <summary>A threshold between two neighbours in order, or where it was.</summary>
    private static float BestThreshold(ReviewedText[] texts, float current)
    {
        float[] sorted = [.. texts.Select(text => text.Difference).Order()];
        float[] candidates =
        [
            current, sorted[0] - 0.01f, sorted[^1] + 0.01f,
            .. sorted.Zip(sorted.Skip(1), (low, high) => (low + high) / 2),
        ];
        return candidates
            .OrderByDescending(threshold => texts.Count(text => text.Keep == text.Difference <= threshold))
            .ThenBy(threshold => Math.Abs(threshold - current)).First();
    }

    private static IEnumerable<ReviewedText> Read(string path)
    {
        int number = 0;
        foreach (string line in JsonLines.ReadText(path).Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(path, number, line);
            }
        }
    }

    private static ReviewedText Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ReviewedText>(line, _json)!;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{path}({number}): {problem.Message}"), problem);
        }
    }

    /// <param name="Id">Of the document.</param>
    /// <param name="Domain">Of the document.</param>
    /// <param name="Language">Of the document.</param>
    /// <param name="Difference">As measured.</param>
    /// <param name="Threshold">As it stood.</param>
    /// <param name="Middle">The text around the cut, where a break shows.</param>
    /// <param name="Keep">The judgement; null until there is one.</param>
    private sealed record ReviewedText(
        string Id, string Domain, string Language, float Difference, float Threshold, string Middle, bool? Keep);
}
