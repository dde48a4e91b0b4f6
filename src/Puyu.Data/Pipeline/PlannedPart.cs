namespace Puyu.Data.Pipeline;

/// <summary>What one thread reads at a time: a stretch of a big file, or several small files.</summary>
/// <param name="Index">Among all parts, from 0.</param>
/// <param name="Reader">Reads its pieces.</param>
/// <param name="Pieces">In order.</param>
/// <param name="Digest">Of the contents, their names and the reader.</param>
internal sealed record PlannedPart(int Index, IDocumentReader Reader, IReadOnlyList<SourcePart> Pieces, string Digest)
{
    /// <summary>Its stored bytes.</summary>
    public long Bytes => Pieces.Sum(piece => piece.Length);
}
