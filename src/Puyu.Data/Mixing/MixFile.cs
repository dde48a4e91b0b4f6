using Puyu.Data.Pipeline;

namespace Puyu.Data.Mixing;

/// <summary>How a mixture turned out.</summary>
/// <param name="Shares">Of each group.</param>
/// <param name="LeftOut">Documents that fit no group, or have no token.</param>
/// <param name="Shards">The files, in order.</param>
internal sealed record Mix(IReadOnlyList<MixShare> Shares, GroupSize LeftOut, IReadOnlyList<MixShard> Shards);

/// <summary>What a mixture took of a group.</summary>
/// <param name="Name">Of the group.</param>
/// <param name="Target">Tokens it should take.</param>
/// <param name="Tokens">Tokens it took.</param>
/// <param name="Documents">Documents it took, each as often as it did.</param>
/// <param name="Available">What there is.</param>
internal sealed record MixShare(string Name, long Target, long Tokens, long Documents, GroupSize Available);

/// <summary>The documents of one file.</summary>
/// <param name="Type">Folder below that of the output; may be empty.</param>
/// <param name="First">Its first document among those of all files.</param>
/// <param name="Documents">How many it has.</param>
/// <param name="Tokens">How many tokens.</param>
internal sealed record MixShard(string Type, long First, int Documents, long Tokens);

/// <summary>Keeps how a mixture turned out.</summary>
internal static class MixFile
{
    private static ReadOnlySpan<byte> Magic => "PuyuMix1"u8;

    /// <summary>Writes a file.</summary>
    public static void Write(Stream stream, Mix mix)
    {
        var writer = new RecordWriter(stream, Magic);
        Write(writer, mix.LeftOut);
        writer.Number(mix.Shares.Count);
        foreach (MixShare share in mix.Shares)
        {
            writer.Text(share.Name);
            writer.Number(share.Target);
            writer.Number(share.Tokens);
            writer.Number(share.Documents);
            Write(writer, share.Available);
        }

        writer.Number(mix.Shards.Count);
        foreach (MixShard shard in mix.Shards)
        {
            writer.Text(shard.Type);
            writer.Number(shard.First);
            writer.Number(shard.Documents);
            writer.Number(shard.Tokens);
        }

        writer.End();
    }

    /// <summary>Reads a file.</summary>
    public static Mix Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        reader.Next();
        GroupSize leftOut = ReadSize(reader);
        var shares = new MixShare[reader.Number()];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = new MixShare(
                reader.Text(), reader.Number(), reader.Number(), reader.Number(), ReadSize(reader));
        }

        var shards = new MixShard[reader.Number()];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = new MixShard(reader.Text(), reader.Number(), (int)reader.Number(), reader.Number());
        }

        return new Mix(shares, leftOut, shards);
    }

    private static void Write(RecordWriter writer, GroupSize size)
    {
        writer.Number(size.Documents);
        writer.Number(size.Tokens);
    }

    private static GroupSize ReadSize(RecordReader reader) => new(reader.Number(), reader.Number());
}
