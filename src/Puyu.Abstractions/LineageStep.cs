namespace Puyu.Abstractions;

/// <summary>One artifact on the way back from a model to its documents.</summary>
/// <param name="Depth">0 for the artifact asked about, 1 for what it was made of, and so on.</param>
/// <param name="Input">The artifact as the one above it recorded it.</param>
/// <param name="State">Whether it is still what was recorded.</param>
/// <param name="Lineage">Its own lineage, or null if it has none: then this is where the chain ends.</param>
/// <param name="Problem">What is wrong, in words; null if <see cref="LineageState.Verified"/>.</param>
public sealed record LineageStep(
    int Depth, LineageInput Input, LineageState State, Lineage? Lineage, string? Problem)
{
    /// <summary>The step in one line: indented by depth, with the first digits of the hash and what is wrong.</summary>
    public string Describe()
    {
        bool isBroken = State is LineageState.Changed or LineageState.Missing or LineageState.Unreadable;
        string remark = isBroken ? $"  {State.ToString().ToUpperInvariant()}: {Problem}" : "";
        return $"{new string(' ', 2 * Depth)}{Input.Kind} {Input.Name}  {Input.Hash[..12]}{remark}";
    }
}

/// <summary>How an artifact on the disk relates to what was recorded of it.</summary>
public enum LineageState
{
    /// <summary>The content has the recorded hash.</summary>
    Verified,

    /// <summary>The content has another hash.</summary>
    Changed,

    /// <summary>There is no such file or folder.</summary>
    Missing,

    /// <summary>It was never a file, so there is nothing to compare.</summary>
    NotAFile,

    /// <summary>Its own lineage file is malformed, or its content cannot be read.</summary>
    Unreadable,
}
