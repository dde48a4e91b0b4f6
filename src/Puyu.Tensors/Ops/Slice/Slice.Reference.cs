namespace Puyu.Tensors;

/// <summary>Columns of one matrix copied or added to columns of another.</summary>
/// <remarks>
/// <code>
///   target[t, j + c] = source[t, i + c]    or    target[t, j + c] += source[t, i + c],    0 ≤ c &lt; columns
/// </code>
/// </remarks>
internal static class SliceReference
{
    /// <param name="source">Shape [T, sourceWidth].</param>
    /// <param name="sourceWidth">Columns of the source.</param>
    /// <param name="sourceColumn">i.</param>
    /// <param name="target">Shape [T, targetWidth]; the named columns are added to.</param>
    /// <param name="targetWidth">Columns of the target.</param>
    /// <param name="targetColumn">j.</param>
    /// <param name="columns">Columns to add.</param>
    public static void AddColumns(
        ReadOnlySpan<double> source, int sourceWidth, int sourceColumn, Span<double> target, int targetWidth,
        int targetColumn, int columns)
    {
        for (int t = 0; t < source.Length / sourceWidth; t++)
        {
            for (int c = 0; c < columns; c++)
            {
                target[(t * targetWidth) + targetColumn + c] += source[(t * sourceWidth) + sourceColumn + c];
            }
        }
    }
}
