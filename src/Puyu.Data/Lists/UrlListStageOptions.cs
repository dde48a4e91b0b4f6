using Puyu.Abstractions;

namespace Puyu.Data.Lists;

/// <summary>Which addresses are unwanted.</summary>
public sealed record UrlListStageOptions
{
    /// <summary>File that <c>puyu data build-list</c> wrote.</summary>
    public required string List { get; init; }

    /// <summary>Name of the metadata that holds the address.</summary>
    public string Metadata { get; init; } = "url";

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public UrlListStageOptions Validated()
    {
        var problems = new Problems(nameof(UrlListStageOptions));
        problems.Require(!string.IsNullOrWhiteSpace(List), List, "must be the file of a list");
        problems.Require(!string.IsNullOrWhiteSpace(Metadata), Metadata, "must name the metadata of the address");
        problems.ThrowIfAny();
        return this;
    }
}
