namespace Puyu.Data.Deduplication;

/// <summary>Divides texts into paragraphs or sentences, and hashes the words of each.</summary>
internal sealed class TextUnits(TextUnit unit)
{
    private readonly List<ulong> _words = [];

    /// <summary>The units of the last text: start and end in UTF-16 units, words, and a hash of the words.</summary>
    public List<(int Start, int End, int Words, ulong Hash)> Units { get; } = [];

    /// <summary>
    /// Divides a text. What follows a unit up to the next belongs to it; units without words are none.
    /// </summary>
    public void Divide(string text)
    {
        Units.Clear();
        int start = 0;
        while (start < text.Length)
        {
            int end = unit == TextUnit.Paragraphs ? EndOfLine(text, start) : EndOfSentence(text, start);
            _words.Clear();
            Words.Hash(text.AsSpan(start, end - start), _words);
            if (_words.Count > 0)
            {
                Units.Add((start, end, _words.Count, (ulong)Words.Fingerprint(_words)));
            }

            start = end;
        }
    }

    private static int EndOfLine(string text, int start)
    {
        int end = text.IndexOf('\n', start);
        return end < 0 ? text.Length : end + 1;
    }

    /// <summary>
    /// After a full stop with its closing marks and the space that follows. A western one counts before space only.
    /// </summary>
    private static int EndOfSentence(string text, int start)
    {
        for (int i = start; i < text.Length; i++)
        {
            bool isChinese = text[i] is '。' or '！' or '？' or '…';
            if (text[i] == '\n')
            {
                return i + 1;
            }

            if (!isChinese && text[i] is not ('.' or '!' or '?'))
            {
                continue;
            }

            int end = i + 1;
            while (end < text.Length && text[end] is ('.' or '!' or '?' or '。' or '！' or '？' or '…'
                or '"' or '\'' or ')' or ']' or '”' or '’' or '」' or '』' or '）'))
            {
                end++;
            }

            if (isChinese || end == text.Length || char.IsWhiteSpace(text[end]))
            {
                return AfterSpace(text, end);
            }

            i = end - 1;
        }

        return text.Length;
    }

    private static int AfterSpace(string text, int end)
    {
        while (end < text.Length && text[end] != '\n' && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return end < text.Length && text[end] == '\n' ? end + 1 : end;
    }
}
