using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>The ledger of a finished run: why each document is, or is not, in the result.</summary>
/// <remarks>It is an SQLite file, so that other questions can be asked in SQL. For one thread.</remarks>
public sealed partial class LedgerDatabase : IDisposable
{
    private const string DocumentColumns = """
        SELECT d.id, d.name, f.path, d.offset, d.number, d.bytes, p.path, o.offset, o.document
        FROM documents d JOIN files f ON f.id = d.file
        LEFT JOIN outputs o ON o.document = d.id LEFT JOIN outputFiles p ON p.id = o.file
        """;

    private readonly SqliteConnection _ledger;

    private LedgerDatabase(SqliteConnection ledger) => _ledger = ledger;

    /// <summary>Opens the ledger in the folder of a run.</summary>
    /// <exception cref="FileNotFoundException">There is none: no run was finished there.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    public static LedgerDatabase Open(string folder)
    {
        string path = Path.Combine(folder, RunFolder.LedgerFile);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder} has no {RunFolder.LedgerFile}; puyu data run makes it at the end");
        }

        SqliteConnection ledger = LedgerSchema.Open(path, SqliteOpenMode.ReadOnly);
        string? version = null;
        try
        {
            version = LedgerSchema.Meta(ledger, LedgerSchema.VersionName);
        }
        catch (SqliteException)
        {
            // Not a database, or one of something else: said below.
        }

        if (version == LedgerSchema.Version)
        {
            return new LedgerDatabase(ledger);
        }

        ledger.Dispose();
        throw new InvalidDataException(
            $"{path} is not a ledger of version {LedgerSchema.Version}; delete it, and puyu data run makes it again");
    }

    /// <summary>How many documents each stage let through.</summary>
    public LedgerFunnel Funnel()
    {
        List<FunnelStage> stages = Query("""
            SELECT s.step, s.stage, s.documentsIn, s.removed, s.removedBytes, s.changed,
                CASE WHEN s.id = (SELECT MAX(id) FROM stages t WHERE t.pass = s.pass) THEN p.bytesOut END
            FROM stages s JOIN passes p ON p.id = s.pass ORDER BY s.id
            """, row => new FunnelStage(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
                row.GetInt64(5), row.IsDBNull(6) ? null : row.GetInt64(6)));
        return Query("""
            SELECT (SELECT documentsIn FROM passes WHERE id = 0), (SELECT bytesIn FROM passes WHERE id = 0),
                (SELECT COUNT(*) FROM quarantine), (SELECT COUNT(*) FROM outputs),
                (SELECT bytesOut FROM passes ORDER BY id DESC LIMIT 1)
            """, row => new LedgerFunnel(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), stages, row.GetInt64(3), row.GetInt64(4)))[0];
    }

    /// <summary>Documents by id, by source as messages write it (<c>file@offset</c>), or by text.</summary>
    /// <param name="idOrText">
    /// One of the three. Of a text only letters and digits count, case apart, and it must be all of the document, as it
    /// was read or as it was written.
    /// </param>
    public IReadOnlyList<LedgerDocument> Find(string idOrText)
    {
        ArgumentNullException.ThrowIfNull(idOrText);
        List<LedgerDocument> found = Documents("WHERE d.name = $a ORDER BY d.id", ("$a", idOrText));
        if (found.Count == 0 && TrySource(idOrText, out DocumentSource source))
        {
            found = OfSource(source);
        }

        return found.Count > 0 ? found : Documents(
            "WHERE d.fingerprint = $a OR d.id IN (SELECT document FROM outputs WHERE fingerprint = $a) ORDER BY d.id",
            ("$a", TextFingerprint.Of(idOrText)));
    }

    /// <summary>The document that was read at a place.</summary>
    public LedgerDocument? Find(DocumentSource source) => OfSource(source).FirstOrDefault();

    /// <summary>What was decided on a document, in order. The last one may have removed it.</summary>
    public IReadOnlyList<LedgerDecision> DecisionsOn(LedgerDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Query("""
            SELECT s.step, s.stage, x.removed, x.rule, x.value, x.bound, x.side, x.note, x.matchedName, f.path,
                x.matchedOffset, x.matchedNumber
            FROM decisions x JOIN stages s ON s.id = x.stage LEFT JOIN files f ON f.id = x.matchedFile
            WHERE x.document = $a ORDER BY x.stage
            """, row => new LedgerDecision(
                row.GetString(0), row.GetString(1), row.GetInt64(2) == 1, row.GetString(3), Float(row, 4),
                Float(row, 5), Text(row, 6), Text(row, 7), Text(row, 8), row.IsDBNull(9)
                    ? null : new DocumentSource(row.GetString(9), row.GetInt64(10), row.GetInt32(11))),
            ("$a", document.Number));
    }

    /// <summary>
    /// Who repeats whom: removals, and cuts of paragraphs or substrings, because of another document. Streamed, by
    /// stage and then by the document that stays.
    /// </summary>
    public IEnumerable<DuplicatePair> Duplicates() => DuplicateQueries.Pairs(this);

    /// <summary>What was measured on a document, in order.</summary>
    public IReadOnlyList<LedgerValue> ValuesOf(LedgerDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Query("""
            SELECT s.step, s.stage, m.name, m.min, m.max, m.position, v."values"
            FROM measurements v JOIN stages s ON s.pass = v.pass JOIN measures m ON m.stage = s.id
            WHERE v.document = $a AND length(v."values") > 4 * m.position ORDER BY v.pass, m.position
            """, row => new LedgerValue(
                row.GetString(0), row.GetString(1),
                new Measure(row.GetString(2), Bound(row, 3), Bound(row, 4)),
                BitConverter.ToSingle((byte[])row.GetValue(6), row.GetInt32(5) * sizeof(float))),
            ("$a", document.Number));
    }

    /// <summary>What other bounds of one measure would have done, from what was measured.</summary>
    /// <param name="stage">Name of the stage, or step/stage where several have that name.</param>
    /// <param name="measure">Name of the measure.</param>
    /// <param name="change">The bounds to try, given those of the run.</param>
    /// <exception cref="ArgumentException">There is no such measure, or several stages have it.</exception>
    public WhatIf WhatIf(string stage, string measure, Func<Measure, Measure> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        List<WhatIfMeasure> measures = MeasuresOf(stage);
        int asked = IndexOf(measures, stage, measure);
        Measure[] present = [.. measures.Select(candidate => candidate.Measure)];
        Measure[] tried = [.. present];
        tried[asked] = change(present[asked]);
        var counter = new WhatIfCounter(present, tried, measures[0].Position);
        foreach ((byte[] values, bool isInOutput) in Stream("""
            SELECT v."values", EXISTS (SELECT 1 FROM outputs o WHERE o.document = v.document)
            FROM measurements v WHERE v.pass = $a AND length(v."values") > $b
            """, row => ((byte[])row.GetValue(0), row.GetInt64(1) == 1),
            ("$a", measures[0].Pass), ("$b", measures[0].Position * sizeof(float))))
        {
            counter.Add(MemoryMarshal.Cast<byte, float>(values), isInOutput);
        }

        return counter.Result(present[asked], tried[asked]);
    }

    /// <summary>What was measured on each document that came to a stage, in the order of the sources.</summary>
    /// <param name="stage">Name of the stage, or step/stage where several have that name.</param>
    /// <param name="measure">Name of the measure.</param>
    /// <param name="asked">The measure with the bounds of the run, and the pass of the stage.</param>
    /// <exception cref="ArgumentException">There is no such measure, or several stages have it.</exception>
    internal IEnumerable<MeasuredDocument> ValuesOf(
        string stage, string measure, out (Measure Measure, long Pass) asked)
    {
        List<WhatIfMeasure> measures = MeasuresOf(stage);
        WhatIfMeasure found = measures[IndexOf(measures, stage, measure)];
        asked = (found.Measure, found.Pass);
        return ValuesOf(found);
    }

    /// <inheritdoc/>
    public void Dispose() => _ledger.Dispose();

    private IEnumerable<MeasuredDocument> ValuesOf(WhatIfMeasure measure) => Stream("""
        SELECT v.document, d.name, f.path, v."values"
        FROM measurements v JOIN documents d ON d.id = v.document JOIN files f ON f.id = d.file
        WHERE v.pass = $a AND length(v."values") > $b ORDER BY v.document
        """, row => new MeasuredDocument(
            row.GetInt64(0), row.GetString(1), row.GetString(2),
            BitConverter.ToSingle((byte[])row.GetValue(3), measure.Position * sizeof(float))),
        ("$a", measure.Pass), ("$b", measure.Position * sizeof(float)));

    private static int IndexOf(List<WhatIfMeasure> measures, string stage, string measure)
    {
        int asked = measures.FindIndex(candidate => candidate.Measure.Name == measure);
        return asked >= 0 ? asked : throw new ArgumentException(measures.Count == 0
            ? $"stage {stage} measures nothing"
            : $"measure is '{measure}' but must be one of "
                + string.Join(", ", measures.Select(candidate => candidate.Measure.Name)));
    }

    private List<WhatIfMeasure> MeasuresOf(string stage)
    {
        List<(long Id, string Step, string Stage)> stages = Query(
            "SELECT id, step, stage FROM stages ORDER BY id",
            row => (row.GetInt64(0), row.GetString(1), row.GetString(2)));
        List<(long Id, string Step, string Stage)> asked =
            stages.FindAll(row => row.Stage == stage || NameOf(row) == stage);
        if (asked.Count != 1)
        {
            IEnumerable<string> names = (asked.Count == 0 ? stages : asked).Select(NameOf);
            throw new ArgumentException($"stage is '{stage}' but must be one of {string.Join(", ", names)}");
        }

        return Query("""
            SELECT m.name, m.min, m.max, m.position, s.pass
            FROM measures m JOIN stages s ON s.id = m.stage WHERE s.id = $a ORDER BY m.number
            """, row => new WhatIfMeasure(
                new Measure(row.GetString(0), Bound(row, 1), Bound(row, 2)), row.GetInt32(3), row.GetInt64(4)),
            ("$a", asked[0].Id));

        // A stage may stand in a step more than once, as with bounds for each domain.
        string NameOf((long Id, string Step, string Stage) row)
        {
            int number = stages.Count(
                other => other.Id <= row.Id && (other.Step, other.Stage) == (row.Step, row.Stage));
            return number == 1
                ? $"{row.Step}/{row.Stage}"
                : string.Create(CultureInfo.InvariantCulture, $"{row.Step}/{row.Stage}#{number}");
        }
    }

    private List<LedgerDocument> OfSource(DocumentSource source) => Documents(
        "WHERE f.path = $a AND d.offset = $b AND d.number = $c",
        ("$a", source.File), ("$b", source.Offset), ("$c", source.Index));

    internal List<LedgerDocument> Documents(string where, params (string Name, object Value)[] parameters) => Query(
        $"{DocumentColumns} {where}",
        row => new LedgerDocument(
            row.GetInt64(0), row.GetString(1), new DocumentSource(row.GetString(2), row.GetInt64(3), row.GetInt32(4)),
            row.GetInt64(5), Text(row, 6), row.IsDBNull(7) ? null : row.GetInt64(7), !row.IsDBNull(8)),
        parameters);

    /// <summary>All rows that a statement gives. For results that are few.</summary>
    internal List<T> Query<T>(
        string text, Func<SqliteDataReader, T> read, params (string Name, object Value)[] parameters) =>
        [.. Stream(text, read, parameters)];

    /// <summary>The rows that a statement gives, one at a time.</summary>
    internal IEnumerable<T> Stream<T>(
        string text, Func<SqliteDataReader, T> read, params (string Name, object Value)[] parameters)
    {
        using SqliteCommand command = _ledger.CreateCommand();
#pragma warning disable CA2100 // constants of this class and its neighbours; whatever a user gives is a parameter
        command.CommandText = text;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            yield return read(row);
        }
    }

    private static bool TrySource(string text, out DocumentSource source)
    {
        source = DocumentSource.None;
        int at = text.LastIndexOf('@');
        string[] numbers = at < 0 ? [] : text[(at + 1)..].Split('#');
        if (numbers.Length is 0 or > 2
            || !long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return false;
        }

        int index = 0;
        if (numbers.Length == 2
            && !int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            return false;
        }

        source = new DocumentSource(text[..at], offset, index);
        return true;
    }

    internal static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    internal static float Float(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? float.NaN : (float)row.GetDouble(column);

    internal static float? Bound(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : (float)row.GetDouble(column);

    private readonly record struct WhatIfMeasure(Measure Measure, int Position, long Pass);
}
