namespace Puyu.Data.Formats;

/// <summary>Which members of a JSON object mean what in a document.</summary>
/// <param name="Text">The member with the text.</param>
/// <param name="Id">The member with the id.</param>
internal sealed record JsonSchema(string Text, string Id)
{
    /// <summary>Members that are scores by themselves, with their polarity.</summary>
    public IReadOnlyList<(string Name, bool HigherIsBetter)> Scores { get; init; } = [];

    /// <summary>Whether members of <c>metadata</c>, <c>scores</c> and <c>spans</c> are those of the document.</summary>
    public bool IsNested { get; init; }

    /// <summary>WanJuan 1.0, its image-text and WanJuan-CC.</summary>
    /// <remarks>Source: the data cards of opendatalab/WanJuan1.0 and opendatalab/WanJuan-CC.</remarks>
    public static JsonSchema WanJuan { get; } = new("content", "id")
    {
        Scores = [("toxic_score", false), ("porn_score", false), ("fluency_score", true), ("not_ad_score", true)],
    };
}
