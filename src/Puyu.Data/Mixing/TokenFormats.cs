using Puyu.Data.InternEvo;
using Puyu.Data.Pipeline;
using Puyu.Data.Tokens;

namespace Puyu.Data.Mixing;

/// <summary>The formats of tokens.</summary>
internal static class TokenFormats
{
    /// <summary>All of them, as recipes name them.</summary>
    public static IEnumerable<FormatFactory> All { get; } =
    [
        new("tokens")
        {
            Tokens = new([".tokens"], (path, facts, fill) =>
                TokenDataset.Write(path + ".tokens", facts.VocabSize, writer => fill(ids => writer.Add(ids)))),
        },
        new("internevo")
        {
            Tokens = new([".bin", ".bin.meta"], (path, _, fill) =>
                InternEvoWriter.Write(path + ".bin", writer => fill(ids => writer.Add(ids)))) { IsTyped = true },
        },
        new("ds") { Tokens = new([".ds", ".ds.index", ".ds.metadata"], DatatroveFile.Write) },
        new("megatron") { Tokens = new([".bin", ".idx"], MegatronFile.Write) },
    ];
}
