using System.Globalization;
using System.Text;

namespace Puyu.Data.Html;

/// <summary>Writes paragraphs as text or Markdown.</summary>
internal sealed class PageWriter(HtmlOutput output)
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<int, int> _numbers = [];
    private int _item = -1;
    private int _row = -1;
    private int _cell = -1;
    private int _cells;
    private bool _isFirstRow;

    private bool IsMarkdown => output == HtmlOutput.Markdown;

    /// <summary>The paragraphs as one text.</summary>
    public static string Write(List<PageParagraph> paragraphs, HtmlOutput output)
    {
        var writer = new PageWriter(output);
        foreach (PageParagraph paragraph in paragraphs)
        {
            writer.Add(paragraph);
        }

        writer.EndRow();
        return writer._text.ToString();
    }

    private void Add(PageParagraph paragraph)
    {
        if (paragraph.Row >= 0)
        {
            AddCell(paragraph);
            return;
        }

        EndRow();
        bool continues = paragraph.Item >= 0 && _item >= 0;
        if (_text.Length > 0)
        {
            _text.Append(continues && paragraph.Kind == ParagraphKind.Text ? "\n" : "\n\n");
        }

        AppendMark(paragraph);
        _item = paragraph.Item;
        if (paragraph.Kind == ParagraphKind.Code && IsMarkdown)
        {
            AppendFenced(paragraph.Text);
        }
        else if (paragraph.IsQuoted && IsMarkdown)
        {
            _text.Append(paragraph.Text.Replace("\n", "\n> ", StringComparison.Ordinal));
        }
        else
        {
            _text.Append(paragraph.Text);
        }
    }

    private void AppendMark(PageParagraph paragraph)
    {
        if (IsMarkdown && paragraph.IsQuoted)
        {
            _text.Append("> ");
        }

        if (IsMarkdown && paragraph.Kind == ParagraphKind.Heading)
        {
            _text.Append('#', paragraph.Level).Append(' ');
        }

        if (paragraph.Item < 0)
        {
            return;
        }

        _text.Append(' ', 2 * Math.Max(0, paragraph.ListDepth - 1));
        if (paragraph.Item == _item)
        {
            _text.Append("  ");
        }
        else if (paragraph.NumberedList >= 0)
        {
            int number = _numbers.GetValueOrDefault(paragraph.NumberedList) + 1;
            _numbers[paragraph.NumberedList] = number;
            _text.Append(CultureInfo.InvariantCulture, $"{number}. ");
        }
        else
        {
            _text.Append("- ");
        }
    }

    /// <summary>A fence longer than any run of backquotes in the code.</summary>
    private void AppendFenced(string code)
    {
        int longest = 0;
        int run = 0;
        foreach (char c in code)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        int fence = Math.Max(3, longest + 1);
        _text.Append('`', fence).Append('\n').Append(code).Append('\n').Append('`', fence);
    }

    private void AddCell(PageParagraph paragraph)
    {
        string text = paragraph.Text.Replace('\n', ' ');
        if (paragraph.Cell == _cell)
        {
            _text.Append(' ').Append(text);
            return;
        }

        if (paragraph.Row != _row)
        {
            bool begins = _row < 0;
            if (begins && _text.Length > 0)
            {
                _text.Append('\n');
            }

            EndRow();
            _isFirstRow = begins;
            _text.Append(_text.Length > 0 ? "\n" : "").Append(IsMarkdown ? "| " : "");
            _cells = 0;
        }
        else
        {
            _text.Append(" | ");
        }

        _text.Append(IsMarkdown ? text.Replace("|", "\\|", StringComparison.Ordinal) : text);
        _row = paragraph.Row;
        _cell = paragraph.Cell;
        _item = -1;
        _cells++;
    }

    private void EndRow()
    {
        if (_row >= 0 && IsMarkdown)
        {
            _text.Append(" |");
            if (_isFirstRow)
            {
                _text.Append("\n|");
                for (int i = 0; i < _cells; i++)
                {
                    _text.Append(" --- |");
                }
            }
        }

        _row = -1;
        _cell = -1;
        _isFirstRow = false;
    }
}
