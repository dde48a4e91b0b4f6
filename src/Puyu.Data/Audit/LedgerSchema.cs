using Microsoft.Data.Sqlite;

namespace Puyu.Data.Audit;

/// <summary>The tables of a ledger; docs/data-engine.md explains them.</summary>
internal static class LedgerSchema
{
    public const string KeyName = "key";
    public const string VersionName = "version";
    public const string Version = "2";
    public const string RecipeName = "recipe";

    public const string Tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL);
        CREATE TABLE outputFiles (id INTEGER PRIMARY KEY, path TEXT NOT NULL);
        CREATE TABLE passes (
            id INTEGER PRIMARY KEY, step TEXT NOT NULL, documentsIn INTEGER, bytesIn INTEGER,
            documentsOut INTEGER, bytesOut INTEGER);
        CREATE TABLE stages (
            id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, step TEXT NOT NULL, stage TEXT NOT NULL,
            isCorpus INTEGER NOT NULL, documentsIn INTEGER, removed INTEGER, changed INTEGER,
            removedBytes INTEGER);
        CREATE TABLE measures (
            stage INTEGER NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
            min REAL, max REAL, PRIMARY KEY (stage, number)) WITHOUT ROWID;
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY, key BLOB NOT NULL, name TEXT NOT NULL, file INTEGER NOT NULL,
            offset INTEGER NOT NULL, number INTEGER NOT NULL, bytes INTEGER NOT NULL, fingerprint INTEGER NOT NULL);
        CREATE TABLE measurements (
            document INTEGER NOT NULL, pass INTEGER NOT NULL, "values" BLOB NOT NULL,
            PRIMARY KEY (document, pass)) WITHOUT ROWID;
        CREATE TABLE decisions (
            document INTEGER NOT NULL, stage INTEGER NOT NULL, removed INTEGER NOT NULL, rule TEXT NOT NULL,
            value REAL, bound REAL, side TEXT, note TEXT, matchedName TEXT, matchedFile INTEGER,
            matchedOffset INTEGER, matchedNumber INTEGER, PRIMARY KEY (document, stage)) WITHOUT ROWID;
        CREATE TABLE outputs (
            document INTEGER PRIMARY KEY, file INTEGER, offset INTEGER, fingerprint INTEGER NOT NULL,
            bytes INTEGER NOT NULL, language TEXT);
        CREATE TABLE samples (document INTEGER NOT NULL, stage INTEGER, text TEXT NOT NULL);
        CREATE TABLE tokens (
            document INTEGER NOT NULL, file INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
            epoch INTEGER NOT NULL);
        CREATE TABLE mixtures (
            output TEXT NOT NULL, name TEXT NOT NULL, target INTEGER, tokens INTEGER, documents INTEGER,
            availableTokens INTEGER, availableDocuments INTEGER, PRIMARY KEY (output, name));
        CREATE TABLE quarantine (file INTEGER NOT NULL, offset INTEGER NOT NULL, reason TEXT NOT NULL);
        """;

    /// <summary>Made once the tables are full, which is faster.</summary>
    public const string Indexes = """
        CREATE INDEX documentsByName ON documents (name);
        CREATE INDEX documentsByFingerprint ON documents (fingerprint);
        CREATE INDEX documentsBySource ON documents (file, offset);
        CREATE INDEX outputsByFingerprint ON outputs (fingerprint);
        CREATE INDEX tokensByDocument ON tokens (document);
        CREATE INDEX decisionsByStage ON decisions (stage, rule);
        CREATE INDEX decisionsByMatch ON decisions (stage, matchedFile, matchedOffset, matchedNumber)
            WHERE matchedFile IS NOT NULL;
        CREATE INDEX quarantineByFile ON quarantine (file);
        """;

    private static readonly Lazy<bool> _initialized = new(() =>
    {
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    /// <summary>Opens a database file.</summary>
    public static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        _ = _initialized.Value;
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>What the ledger says of itself; null for nothing.</summary>
    public static string? Meta(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Runs statements without a result.</summary>
    public static void Execute(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file and its neighbours, no user's text
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
