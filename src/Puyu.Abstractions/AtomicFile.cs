using System.Text;

namespace Puyu.Abstractions;

/// <summary>Files that appear whole or not at all, even if the process or the machine stops half-way.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a file under a temporary name beside its place, flushes it to the disk and renames it. A file that was
    /// there before is replaced only by a complete one.
    /// </summary>
    /// <param name="path">Where the file shall be.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The disk is full or the folder read-only; the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".partial";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a text file, UTF-8 without a mark, as <see cref="Write"/> does.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
