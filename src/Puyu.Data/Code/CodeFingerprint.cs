using System.Buffers;
using System.Runtime.InteropServices;

namespace Puyu.Data.Code;

/// <summary>
/// A hash of source code that does not see how it is indented: by two spaces, four, or tabs; nor white space at the
/// ends of lines, blank lines and line endings.
/// </summary>
internal static class CodeFingerprint
{
    private const char Level = '\u0001';

    /// <summary>128 bits of a file.</summary>
    public static UInt128 Of(string text)
    {
        ArrayBufferWriter<char> lines = Normalize(text);
        return Hashing.Hash128(MemoryMarshal.AsBytes(lines.WrittenSpan));
    }

    /// <summary>
    /// Each line that is not blank, without the white space around it, behind one mark for each level that it is
    /// indented. A level ends where a line is indented less, as in Python.
    /// </summary>
    private static ArrayBufferWriter<char> Normalize(string text)
    {
        var lines = new ArrayBufferWriter<char>(text.Length + 16);
        var levels = new Stack<int>([0]);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> content = line.Trim();
            if (content.IsEmpty)
            {
                continue;
            }

            int width = Width(line);
            while (width < levels.Peek())
            {
                _ = levels.Pop();
            }

            if (width > levels.Peek())
            {
                levels.Push(width);
            }

            Span<char> target = lines.GetSpan(levels.Count + content.Length);
            target[..(levels.Count - 1)].Fill(Level);
            content.CopyTo(target[(levels.Count - 1)..]);
            target[levels.Count - 1 + content.Length] = '\n';
            lines.Advance(levels.Count + content.Length);
        }

        return lines;
    }

    /// <summary>Columns of the white space before a line; a tab goes to the next multiple of 8.</summary>
    private static int Width(ReadOnlySpan<char> line)
    {
        int width = 0;
        foreach (char c in line)
        {
            if (c == '\t')
            {
                width = (width / 8 * 8) + 8;
            }
            else if (c == ' ')
            {
                width++;
            }
            else
            {
                break;
            }
        }

        return width;
    }
}
