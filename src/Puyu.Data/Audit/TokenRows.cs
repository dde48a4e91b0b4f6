using Microsoft.Data.Sqlite;
using Puyu.Data.Mixing;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Adds what the outputs of tokens have to the ledger, once all parts are in it.</summary>
internal sealed class TokenRows(SqliteConnection ledger, PipelinePlan plan, FileTable outputFiles, LedgerRows documents)
    : IDisposable
{
    private readonly Insert _tokens = new(ledger, "tokens", 5);
    private readonly Insert _mixtures = new(ledger, "mixtures", 7);

    /// <summary>Adds everything on all outputs.</summary>
    public void Add(CancellationToken cancellationToken)
    {
        foreach (TokenPlan output in plan.Tokens)
        {
            foreach (MixShare share in output.Mix.Shares)
            {
                _mixtures.Add(
                    output.Folder, share.Name, share.Target, share.Tokens, share.Documents, share.Available.Tokens,
                    share.Available.Documents);
            }

            for (int shard = 0; shard < output.Mix.Shards.Count; shard++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(output, shard);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokens.Dispose();
        _mixtures.Dispose();
    }

    private void Add(TokenPlan output, int shard)
    {
        long file = outputFiles.IdOf(plan.Folder.NameOf(output.ShardFiles(shard).First()));
        long first = 0;
        foreach (Occurrence occurrence in output.Occurrences(shard))
        {
            long document = documents.Before(occurrence.Part) + occurrence.Number + 1;
            _tokens.Add(document, file, first, occurrence.Tokens, (int)occurrence.Epoch);
            first += occurrence.Tokens;
        }
    }
}
