using System.Collections.Immutable;
using System.Globalization;

namespace Puyu.Data.Formats;

/// <summary>Makes documents of records of web archives.</summary>
internal static class WebPage
{
    /// <summary>The page of a record.</summary>
    /// <param name="record">Header of the record.</param>
    /// <param name="block">What follows the header.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="problem">Why the page cannot be read; null if it can or the record is of no page.</param>
    public static Document? ToDocument(
        WebRecord record, ReadOnlySpan<byte> block, RecordOptions options, out string? problem)
    {
        problem = null;
        string mime = HttpMessage.MimeOf(record.ContentType);
        try
        {
            if (IsHttp(record, mime, block))
            {
                HttpMessage message = HttpMessage.Parse(block, options.MaxRecordBytes);
                return message.Status is >= 200 and < 300
                    ? ToPage(record, message.Body, message.Mime, message.CharsetLabel, message.Status)
                    : null;
            }

            return record.Type is "resource" or "conversion" or "arc" && !IsAboutArchive(record)
                ? ToPage(record, block, mime, HttpMessage.CharsetOf(record.ContentType), status: null)
                : null;
        }
        catch (InvalidDataException wrong)
        {
            problem = wrong.Message;
            return null;
        }
    }

    private static bool IsHttp(WebRecord record, string mime, ReadOnlySpan<byte> block) => record.IsArc
        ? !IsAboutArchive(record) && block.StartsWith("HTTP/"u8)
        : record.Type == "response" && mime == "application/http";

    /// <summary>Records with which archives describe themselves, such as the logs of wget.</summary>
    private static bool IsAboutArchive(WebRecord record) => record.Uri is { } uri
        && (uri.StartsWith("filedesc:", StringComparison.Ordinal)
            || uri.StartsWith("metadata:", StringComparison.Ordinal));

    private static Document? ToPage(
        WebRecord record, ReadOnlySpan<byte> body, string mime, string? charset, int? status)
    {
        bool isHtml = mime is "text/html" or "application/xhtml+xml" || (mime.Length == 0 && LooksLikeHtml(body));
        if (!isHtml && mime is not ("text/plain" or "text/markdown"))
        {
            return null;
        }

        string text = Charset.Decode(body, charset, isHtml, out string decided);
        ImmutableSortedDictionary<string, string>.Builder metadata = Document.NoMetadata.ToBuilder();
        Add("charset", decided);
        Add("date", record.Date);
        Add("mime", isHtml ? "text/html" : mime);
        Add("status", status?.ToString(CultureInfo.InvariantCulture));
        Add("url", record.Uri);
        return new Document(record.Id ?? ContentId.Of(text), text) { Metadata = metadata.ToImmutable() };

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                metadata[name] = value;
            }
        }
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> head = body.TrimStart(" \t\r\n"u8);
        return head.StartsWith("<!doctype html"u8) || head.StartsWith("<!DOCTYPE html"u8)
            || head.StartsWith("<html"u8) || head.StartsWith("<HTML"u8);
    }
}
