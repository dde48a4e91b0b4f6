namespace Puyu.Data.Audit;

/// <content>What outputs of tokens have.</content>
public sealed partial class LedgerDatabase
{
    /// <summary>Where the tokens of a document are, in the order of the files; none if no output has it.</summary>
    public IReadOnlyList<LedgerTokens> TokensOf(LedgerDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Query("""
            SELECT p.path, t.first, t.count, t.epoch FROM tokens t JOIN outputFiles p ON p.id = t.file
            WHERE t.document = $a ORDER BY t.file, t.first
            """, row => new LedgerTokens(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3)),
            ("$a", document.Number));
    }

    /// <summary>What the outputs of tokens took of their groups; none if there is no such output.</summary>
    public IReadOnlyList<LedgerMixture> Mixtures() => Query("""
        SELECT output, name, target, tokens, documents, availableTokens, availableDocuments FROM mixtures
        ORDER BY rowid
        """, row => new LedgerMixture(
            row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6)));
}
