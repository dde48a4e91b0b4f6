using Microsoft.Data.Sqlite;

namespace Puyu.Data.Audit;

/// <summary>Adds rows to one table.</summary>
internal sealed class Insert : IDisposable
{
    private readonly SqliteCommand _command;

    /// <summary>Prepares the statement.</summary>
    /// <param name="connection">The ledger.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="columns">How many columns it has; all are filled.</param>
    public Insert(SqliteConnection connection, string table, int columns)
    {
        _command = connection.CreateCommand();
        IEnumerable<string> names = Enumerable.Range(0, columns).Select(i => FormattableString.Invariant($"$p{i}"));
#pragma warning disable CA2100 // names of our tables, no user's text
        _command.CommandText = $"INSERT INTO {table} VALUES ({string.Join(", ", names)})";
#pragma warning restore CA2100
        foreach (string name in names)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
    }

    /// <summary>Adds a row.</summary>
    public void Add(params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            // SQLite has no NaN and would store null; nothing measured is null here as well.
            _command.Parameters[i].Value = values[i] is null or float.NaN ? DBNull.Value : values[i];
        }

        _command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();
}
