using Puyu.Abstractions;

namespace Puyu.Data.Pipeline;

/// <summary>A piece of a file and the hash of its content.</summary>
internal readonly record struct Cut(SourcePart Piece, string Digest);

/// <summary>
/// Where the files of a source are cut. What was found out about a file is kept until the file's length or time of
/// change differs, so that a rerun reads no source.
/// </summary>
internal sealed class SourceCuts(string folder, string reader, long partBytes)
{
    private readonly string _path =
        Path.Combine(folder, Digest.Of(reader, FormattableString.Invariant($"{partBytes}")) + ".cuts");

    private static ReadOnlySpan<byte> Magic => "PuyuCut1"u8;

    /// <summary>Cuts files.</summary>
    public IReadOnlyList<Cut> Of(
        IDocumentReader documents, IReadOnlyList<(string Path, string Name)> files, CancellationToken cancellationToken)
    {
        Dictionary<string, List<(long Offset, long Length, string Digest)>> known = Read();
        var cuts = new List<Cut>();
        bool isChanged = false;
        foreach ((string path, string name) in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string stamp = $"{path} {Digest.StampOf(path)}";
            if (!known.TryGetValue(stamp, out List<(long Offset, long Length, string Digest)>? pieces))
            {
                pieces = [.. documents.Split(path, name, partBytes).Select(piece => (
                    piece.Offset, piece.Length, Directory.Exists(path)
                        ? Digest.OfPath(path) : Digest.OfStretch(path, piece.Offset, piece.Length)))];
                known.Add(stamp, pieces);
                isChanged = true;
            }

            cuts.AddRange(pieces.Select(
                piece => new Cut(new SourcePart(path, name, piece.Offset, piece.Length), piece.Digest)));
        }

        if (isChanged)
        {
            Write(known);
        }

        return cuts;
    }

    private Dictionary<string, List<(long Offset, long Length, string Digest)>> Read()
    {
        var known = new Dictionary<string, List<(long Offset, long Length, string Digest)>>(StringComparer.Ordinal);
        if (!File.Exists(_path))
        {
            return known;
        }

        using var records = new RecordReader(_path, Magic);
        while (records.Next())
        {
            string stamp = records.Text();
            var pieces = new List<(long Offset, long Length, string Digest)>();
            for (long rest = records.Number(); rest > 0; rest--)
            {
                pieces.Add((records.Number(), records.Number(), records.Text()));
            }

            known.Add(stamp, pieces);
        }

        return known;
    }

    private void Write(Dictionary<string, List<(long Offset, long Length, string Digest)>> known)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(_path, stream =>
        {
            var writer = new RecordWriter(stream, Magic);
            foreach ((string stamp, List<(long Offset, long Length, string Digest)> pieces) in known)
            {
                writer.Text(stamp);
                writer.Number(pieces.Count);
                foreach ((long offset, long length, string digest) in pieces)
                {
                    writer.Number(offset);
                    writer.Number(length);
                    writer.Text(digest);
                }

                writer.End();
            }
        });
    }
}
