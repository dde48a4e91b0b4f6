using Microsoft.Data.Sqlite;

namespace Puyu.Data.Audit;

/// <summary>Gives paths numbers, so that millions of documents do not repeat them.</summary>
internal sealed class FileTable(SqliteConnection ledger, string table) : IDisposable
{
    private readonly Insert _insert = new(ledger, table, 2);
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);

    /// <summary>The number of a path, from 1.</summary>
    public long IdOf(string path)
    {
        if (!_ids.TryGetValue(path, out long id))
        {
            id = _ids.Count + 1;
            _ids.Add(path, id);
            _insert.Add(id, path);
        }

        return id;
    }

    /// <inheritdoc/>
    public void Dispose() => _insert.Dispose();
}
