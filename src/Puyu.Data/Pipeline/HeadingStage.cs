using Puyu.Data.Text;

namespace Puyu.Data.Pipeline;

/// <summary>
/// Puts something that is known of a document, such as its title, before the text as a line of its own. Stages before
/// it, such as those that look for duplicates, do not see it.
/// </summary>
/// <param name="options">What to put there.</param>
internal sealed class HeadingStage(HeadingOptions options) : IStage
{
    /// <inheritdoc/>
    public string Name => "heading";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } = [];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        if (!document.Metadata.TryGetValue(options.From, out string? heading))
        {
            return new StageResult(document);
        }

        var editor = new TextEditor(document);
        editor.Replace(0, 0, heading + "\n");
        return new StageResult(editor.Apply());
    }
}

/// <summary>What <see cref="HeadingStage"/> puts before a text.</summary>
internal sealed record HeadingOptions
{
    /// <summary>Key of the metadata.</summary>
    public string From { get; init; } = "title";
}
