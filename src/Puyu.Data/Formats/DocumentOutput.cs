namespace Puyu.Data.Formats;

/// <summary>Writes documents as JSON objects.</summary>
internal static class DocumentOutput
{
    /// <summary>
    /// <c>id</c>, <c>text</c> and, where there are any, <c>metadata</c>, <c>scores</c> and <c>spans</c>: all of a
    /// document but its source.
    /// </summary>
    public static void WriteText(JsonBuffer json, Document document)
    {
        json.Append("{\"id\":"u8);
        json.AppendString(document.Id);
        json.Append(",\"text\":"u8);
        json.AppendString(document.Text);
        if (document.Metadata.Count > 0)
        {
            WriteMetadata(json, document);
        }

        WriteScores(json, document);
        WriteSpans(json, document);
        json.Append("}\n"u8);
    }

    /// <summary>
    /// WanJuan-CC: what its data card names, counts computed from the text. Metadata and scores that it does not name
    /// are left out.
    /// </summary>
    /// <remarks>Source: data card of opendatalab/WanJuan-CC.</remarks>
    public static void WriteWanJuan(JsonBuffer json, Document document)
    {
        json.Append("{\"id\":"u8);
        json.AppendString(document.Id);
        json.Append(",\"content\":"u8);
        json.AppendString(document.Text);
        foreach (string name in (ReadOnlySpan<string>)["title", "language", "date"])
        {
            if (document.Metadata.TryGetValue(name, out string? value))
            {
                WriteName(json, name);
                json.AppendString(value);
            }
        }

        if (document.Metadata.TryGetValue("token_num", out string? tokens)
            && long.TryParse(tokens, out long tokenCount))
        {
            WriteCount(json, "token_num", tokenCount);
        }

        WriteCount(json, "cbytes_num", document.CountBytes());
        WriteCount(json, "line_num", document.Text.AsSpan().Count('\n') + 1);
        WriteCount(json, "char_num", CountCharacters(document.Text));
        foreach (Score score in document.Scores)
        {
            if (JsonSchema.WanJuan.Scores.Contains((score.Name, score.HigherIsBetter)))
            {
                WriteName(json, score.Name);
                json.AppendNumber(score.Value);
            }
        }

        json.Append("}\n"u8);
    }

    private static void WriteMetadata(JsonBuffer json, Document document)
    {
        json.Append(",\"metadata\":"u8);
        ReadOnlySpan<byte> separator = "{"u8;
        foreach ((string name, string value) in document.Metadata)
        {
            json.Append(separator);
            json.AppendString(name);
            json.Append(":"u8);
            json.AppendString(value);
            separator = ","u8;
        }

        json.Append("}"u8);
    }

    private static void WriteScores(JsonBuffer json, Document document)
    {
        ReadOnlySpan<byte> separator = ",\"scores\":["u8;
        foreach (Score score in document.Scores)
        {
            json.Append(separator);
            json.Append("{\"name\":"u8);
            json.AppendString(score.Name);
            json.Append(",\"value\":"u8);
            json.AppendNumber(score.Value);
            json.Append(score.HigherIsBetter ? ",\"higherIsBetter\":true}"u8 : ",\"higherIsBetter\":false}"u8);
            separator = ","u8;
        }

        json.Append(document.Scores.IsEmpty ? ""u8 : "]"u8);
    }

    private static void WriteSpans(JsonBuffer json, Document document)
    {
        ReadOnlySpan<byte> separator = ",\"spans\":["u8;
        foreach (TextSpan span in document.Spans)
        {
            json.Append(separator);
            json.Append("{\"start\":"u8);
            json.AppendNumber(span.Start);
            json.Append(",\"length\":"u8);
            json.AppendNumber(span.Length);
            json.Append(",\"label\":"u8);
            json.AppendString(span.Label);
            json.Append("}"u8);
            separator = ","u8;
        }

        json.Append(document.Spans.IsEmpty ? ""u8 : "]"u8);
    }

    private static void WriteName(JsonBuffer json, string name)
    {
        json.Append(","u8);
        json.AppendString(name);
        json.Append(":"u8);
    }

    private static void WriteCount(JsonBuffer json, string name, long value)
    {
        WriteName(json, name);
        json.AppendNumber(value);
    }

    private static int CountCharacters(string text)
    {
        int characters = text.Length;
        foreach (char unit in text)
        {
            characters -= char.IsLowSurrogate(unit) ? 1 : 0;
        }

        return characters;
    }
}
