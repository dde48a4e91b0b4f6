namespace Puyu.Data.Pipeline;

/// <summary>How long a text is. Sets no bound: a recipe does, such as 32 KB at least for a long-context set.</summary>
public sealed class SizeStage : IStage
{
    /// <inheritdoc/>
    public string Name => "size";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } = [new("bytes"), new("characters")];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(document);
        int bytes = document.CountBytes();
        values[0] = bytes;
        values[1] = CountCharacters(document.Text);
        return new StageResult(document);
    }

    // Two units that make one character count once.
    private static int CountCharacters(string text)
    {
        int characters = text.Length;
        foreach (char unit in text)
        {
            characters -= char.IsLowSurrogate(unit) ? 1 : 0;
        }

        return characters;
    }
}
