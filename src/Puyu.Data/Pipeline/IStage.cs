namespace Puyu.Data.Pipeline;

/// <summary>
/// One thing that is done to each document by itself: it is changed, measured, or both. The pipeline compares what is
/// measured with bounds, and so knows for every document by which rule, value and bound it went, and what other bounds
/// would have done.
/// </summary>
/// <remarks>Used by several threads at once; a result depends on the document alone.</remarks>
public interface IStage
{
    /// <summary>As recipes and ledgers call it, such as <c>gopher-quality</c>.</summary>
    string Name { get; }

    /// <summary>What is measured, in the order of looking at bounds: the first to be broken names the reason.</summary>
    IReadOnlyList<Measure> Measures { get; }

    /// <summary>Changes and measures a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="values">One for each of <see cref="Measures"/>, overwritten; NaN for nothing to measure.</param>
    StageResult Apply(Document document, Span<float> values);
}
