using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Mixing;

/// <summary>Writes how a mixture turned out, as JSON.</summary>
internal static class MixReport
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    /// <summary>Writes the report of an output beside its folder.</summary>
    /// <param name="plan">The output, of which the mix is done.</param>
    /// <param name="folder">Folder of the run; files are named below it.</param>
    public static void Write(TokenPlan plan, RunFolder folder)
    {
        Mix mix = plan.Mix;
        long target = Math.Max(mix.Shares.Sum(share => share.Target), 1);
        long tokens = mix.Shares.Sum(share => share.Tokens);
        var report = new
        {
            plan.Output.Facts.Tokenizer,
            plan.Output.Facts.VocabSize,
            plan.Output.Seed,
            Documents = mix.Shares.Sum(share => share.Documents),
            Tokens = tokens,
            Groups = mix.Shares.Select(share => new
            {
                share.Name,
                Target = share.Target / (double)target,
                Share = share.Tokens / (double)Math.Max(tokens, 1),
                share.Documents,
                share.Tokens,
                AvailableDocuments = share.Available.Documents,
                AvailableTokens = share.Available.Tokens,
                Epochs = share.Tokens / (double)Math.Max(share.Available.Tokens, 1),
            }),
            LeftOut = mix.LeftOut,
            Files = mix.Shards.Select((shard, i) => new
            {
                File = folder.NameOf(plan.ShardFiles(i).First()),
                shard.Documents,
                shard.Tokens,
            }),
        };
        AtomicFile.WriteText(plan.ReportFile, JsonSerializer.Serialize(report, _json) + "\n");
    }
}
