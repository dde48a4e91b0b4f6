namespace Puyu.Data.Pipeline;

/// <summary>The records of a part that could not be read. Used by one thread.</summary>
public sealed class Quarantine
{
    private readonly List<QuarantinedRecord> _records = [];

    /// <summary>What was put here, in order.</summary>
    public IReadOnlyList<QuarantinedRecord> Records => _records;

    /// <summary>Notes a record that could not be read.</summary>
    /// <param name="file">As <see cref="DocumentSource.File"/>.</param>
    /// <param name="offset">As <see cref="DocumentSource.Offset"/>.</param>
    /// <param name="reason">One sentence.</param>
    public void Add(string file, long offset, string reason) => _records.Add(new(file, offset, reason));
}

/// <summary>A record that could not be read.</summary>
/// <param name="File">As <see cref="DocumentSource.File"/>.</param>
/// <param name="Offset">As <see cref="DocumentSource.Offset"/>.</param>
/// <param name="Reason">One sentence.</param>
public readonly record struct QuarantinedRecord(string File, long Offset, string Reason);
