namespace Puyu.Data.Tokens;

/// <summary>In which order an epoch goes through the documents, and how they are divided into rows.</summary>
internal abstract class EpochPlan
{
    /// <summary>Rows of the epoch that <see cref="Begin"/> planned.</summary>
    public abstract long Rows { get; }

    /// <summary>Plans an epoch and stands before its first row.</summary>
    public abstract void Begin(ulong seed, int epoch);

    /// <summary>Moves from the beginning of the epoch to before a row.</summary>
    public abstract void Seek(long row);

    /// <summary>The next piece of the current row; false when the row has no more.</summary>
    /// <param name="room">Tokens left in the row; a piece is never longer.</param>
    /// <param name="piece">The piece.</param>
    public abstract bool TryNext(int room, out Piece piece);

    /// <summary>Goes on to the next row.</summary>
    public abstract void EndRow();
}

/// <summary>A stretch of a document.</summary>
/// <param name="Document">Index of the document.</param>
/// <param name="Offset">Position in the document of the first token.</param>
/// <param name="Length">Number of tokens.</param>
internal readonly record struct Piece(int Document, int Offset, int Length);
