using System.Text;
using System.Xml;

namespace Puyu.Data.Documentation;

/// <summary>Turns the markup inside a documentation element into one line of plain text.</summary>
internal static class DocumentationText
{
    [ThreadStatic]
    private static StringBuilder? _text;

    /// <summary>
    /// Text of the element the reader is on: references become names, white space a single space. Leaves the reader on
    /// the end of the element.
    /// </summary>
    public static string Read(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        StringBuilder text = _text ??= new StringBuilder();
        text.Clear();
        int depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    AppendNormalized(text, xml.Value);
                    break;
                case XmlNodeType.Whitespace:
                    AppendSpace(text);
                    break;
                case XmlNodeType.Element:
                    AppendElement(text, xml);
                    break;
                case XmlNodeType.EndElement:
                    AppendEnd(text, xml.LocalName);
                    break;
                default:
                    break;
            }
        }

        while (text.Length > 0 && text[^1] is ' ' or ';')
        {
            text.Length--;
        }

        return text.ToString();
    }

    /// <summary>Leaves the reader on the end of the element it is on.</summary>
    public static void Skip(XmlReader xml)
    {
        int depth = xml.Depth;
        if (!xml.IsEmptyElement)
        {
            while (xml.Read() && xml.Depth > depth)
            {
                // The content is not wanted.
            }
        }
    }

    private static void AppendElement(StringBuilder text, XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "see" or "seealso" or "xref" when xml.IsEmptyElement || xml.GetAttribute("cref") is not null:
            case "xref":
                AppendReference(text, xml);
                break;
            case "paramref" or "typeparamref":
                text.Append(xml.GetAttribute("name"));
                break;
            case "para" or "p" or "br" or "list" or "item" or "listheader" or "li" or "code" or "div":
                AppendSpace(text);
                break;
            default:
                break;
        }
    }

    private static void AppendReference(StringBuilder text, XmlReader xml)
    {
        string? words = xml.GetAttribute("langword") ?? xml.GetAttribute("langref") ?? xml.GetAttribute("name");
        if (words is null && (xml.GetAttribute("cref") ?? xml.GetAttribute("uid")) is { Length: > 0 } reference)
        {
            words = MemberName.Reference(reference);
        }

        text.Append(words ?? xml.GetAttribute("href"));
        Skip(xml);
    }

    private static void AppendEnd(StringBuilder text, string element)
    {
        switch (element)
        {
            case "term":
                TrimEnd(text);
                text.Append(": ");
                break;
            case "item" or "li" or "listheader":
                TrimEnd(text);
                text.Append("; ");
                break;
            case "para" or "p" or "list" or "code" or "div" or "description":
                AppendSpace(text);
                break;
            default:
                break;
        }
    }

    private static void TrimEnd(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }
    }

    private static void AppendNormalized(StringBuilder text, string value)
    {
        ReadOnlySpan<char> rest = value;
        while (!rest.IsEmpty)
        {
            int space = 0;
            while (space < rest.Length && !char.IsWhiteSpace(rest[space]))
            {
                space++;
            }

            text.Append(rest[..space]);
            if (space < rest.Length)
            {
                AppendSpace(text);
            }

            rest = rest[Math.Min(rest.Length, space + 1)..];
        }
    }

    private static void AppendSpace(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != ' ')
        {
            text.Append(' ');
        }
    }
}
