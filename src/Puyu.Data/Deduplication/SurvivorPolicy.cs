namespace Puyu.Data.Deduplication;

/// <summary>Which of several duplicates stays. Ties go to the least <see cref="DocumentSource.Key"/>.</summary>
public enum SurvivorPolicy
{
    /// <summary>The first by file, in ordinal order of paths, then by offset and index.</summary>
    First,

    /// <summary>
    /// The greatest date of the metadata; a document without is older than all others. Dates compare ordinally, as
    /// names of dumps (<c>2023-50</c>) and ISO 8601 do; a time with an offset is taken to UTC first.
    /// </summary>
    Newest,

    /// <summary>The most UTF-16 units.</summary>
    Longest,

    /// <summary>The best score, by the polarity it is stored with; a document without is the worst.</summary>
    Best,
}
