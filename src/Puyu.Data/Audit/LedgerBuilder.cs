using Microsoft.Data.Sqlite;
using Puyu.Data.Mixing;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>
/// Makes one ledger of what the passes noted part by part, and checks that every document is accounted for.
/// </summary>
internal static class LedgerBuilder
{
    /// <summary>Whether the ledger in the folder is that of the plan.</summary>
    public static bool IsDone(PipelinePlan plan)
    {
        if (!File.Exists(plan.Folder.Ledger))
        {
            return false;
        }

        try
        {
            using SqliteConnection ledger = LedgerSchema.Open(plan.Folder.Ledger, SqliteOpenMode.ReadOnly);
            return LedgerSchema.Meta(ledger, LedgerSchema.KeyName) == plan.Key
                && plan.Tokens.All(output => File.Exists(output.ReportFile));
        }
        catch (SqliteException)
        {
            return false; // damaged: it is made anew
        }
    }

    /// <summary>
    /// Writes the ledger, whole or not at all, and the reports of mixtures, and deletes finished files that are not of
    /// this plan.
    /// </summary>
    /// <exception cref="InvalidDataException">Documents were lost or doubled between two passes.</exception>
    public static void Build(PipelinePlan plan, CancellationToken cancellationToken)
    {
        foreach (TokenPlan output in plan.Tokens)
        {
            MixReport.Write(output, plan.Folder);
        }

        string partial = plan.Folder.Ledger + ".partial";
        File.Delete(partial);
        using (SqliteConnection ledger = LedgerSchema.Open(partial, SqliteOpenMode.ReadWriteCreate))
        {
            // Until it is renamed nobody reads it, so a journal would protect nothing.
            LedgerSchema.Execute(ledger, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
            LedgerSchema.Execute(ledger, LedgerSchema.Tables);
            LedgerSchema.Execute(ledger, "BEGIN");
            Fill(ledger, plan, cancellationToken);
            LedgerSchema.Execute(ledger, "COMMIT");
            LedgerSchema.Execute(ledger, LedgerSchema.Indexes);
        }

        using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, plan.Folder.Ledger, overwrite: true);
        DeleteOthers(plan);
    }

    private static void Fill(SqliteConnection ledger, PipelinePlan plan, CancellationToken cancellationToken)
    {
        using var files = new FileTable(ledger, "files");
        using var outputs = new FileTable(ledger, "outputFiles");
        var counts = new LedgerCounts(plan.Passes);
        using (var rows = new LedgerRows(ledger, plan, files, outputs, counts))
        {
            foreach (PlannedPart part in plan.Parts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows.Add(part);
            }

            rows.Samples.Write(ledger);
            using var tokens = new TokenRows(ledger, plan, outputs, rows);
            tokens.Add(cancellationToken);
        }

        counts.Write(ledger);
        using var meta = new Insert(ledger, "meta", 2);
        meta.Add(LedgerSchema.KeyName, plan.Key);
        meta.Add(LedgerSchema.VersionName, LedgerSchema.Version);
        meta.Add(LedgerSchema.RecipeName, plan.Recipe.Text);
    }

    private static void DeleteOthers(PipelinePlan plan)
    {
        HashSet<string> ours =
        [
            .. plan.Output is null ? [] : plan.Parts.Select(plan.OutputFile),
            .. plan.Tokens.SelectMany(output => output.Mix.Shards.SelectMany((_, shard) => output.ShardFiles(shard))),
        ];
        IEnumerable<string> found = plan.Recipe.Outputs.SelectMany(output => Directory.EnumerateFiles(
            plan.Folder.OutputFolder(output), "*", SearchOption.AllDirectories));
        foreach (string path in found.Where(path => RunFolder.IsOutputFile(Path.GetFileName(path))))
        {
            if (!ours.Contains(path))
            {
                File.Delete(path);
            }
        }

        // The names of these folders are types to those who read the files, also when the folders are empty.
        foreach (string type in plan.Tokens.Where(output => output.Output.Format.IsTyped).SelectMany(
            output => Directory.EnumerateDirectories(Path.Combine(plan.Folder.Root, output.Folder))))
        {
            if (!Directory.EnumerateFileSystemEntries(type).Any())
            {
                Directory.Delete(type);
            }
        }
    }
}
