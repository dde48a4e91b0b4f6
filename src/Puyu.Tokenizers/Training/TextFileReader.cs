namespace Puyu.Tokenizers.Training;

/// <summary>Reads a text file of any size as documents that can be cut into pretokens one by one.</summary>
internal static class TextFileReader
{
    private const int DefaultBlockBytes = 1 << 24;

    /// <summary>The file's bytes, cut only where the pretokens on both sides do not depend on the other side.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <param name="blockBytes">Bytes of a document, about; more where there is no place to cut.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(string path, int blockBytes = DefaultBlockBytes)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        byte[] rest = [];
        while (true)
        {
            byte[] block = new byte[checked(rest.Length + blockBytes)];
            rest.CopyTo(block, 0);
            int read = stream.ReadAtLeast(block.AsSpan(rest.Length), blockBytes, throwOnEndOfStream: false);
            int length = rest.Length + read;
            if (read < blockBytes)
            {
                yield return block.AsMemory(0, length);
                yield break;
            }

            int cut = LastCut(block.AsSpan(0, length));
            rest = block[cut..length];
            if (cut > 0)
            {
                yield return block.AsMemory(0, cut);
            }
        }
    }

    /// <summary>Between an ASCII letter and a space: no pattern looks past the end of letters.</summary>
    private static int LastCut(ReadOnlySpan<byte> text)
    {
        for (int at = text.Length - 1; at > 0; at--)
        {
            if (text[at] == ' ' && char.IsAsciiLetter((char)text[at - 1]))
            {
                return at;
            }
        }

        return 0;
    }
}
