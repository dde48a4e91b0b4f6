using Puyu.Data.Pipeline;

namespace Puyu.Data.Mixing;

/// <summary>A group of a mixture at work.</summary>
internal sealed class MixtureGroup(MixtureGroupOptions options)
{
    /// <summary>What the recipe says.</summary>
    public MixtureGroupOptions Options => options;

    /// <summary>Whether a document belongs to the group.</summary>
    public bool Fits(Document document) =>
        (options.Sources.Count == 0
            || options.Sources.Any(pattern => FilePattern.IsMatch(pattern, document.Source.File)))
        && options.Metadata.All(wanted =>
            document.Metadata.TryGetValue(wanted.Key, out string? value) && wanted.Value.Contains(value))
        && options.Scores.All(wanted =>
            document.Scores.Any(score => score.Name == wanted.Key && wanted.Value.Contains(score.Value)));
}
