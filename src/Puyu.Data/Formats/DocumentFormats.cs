using Puyu.Data.Documentation;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>The formats of documents.</summary>
internal static class DocumentFormats
{
    /// <summary>All of them, as recipes name them.</summary>
    public static IEnumerable<FormatFactory> All { get; } =
    [
        new("jsonl")
        {
            Reader = (options, context) => JsonLinesOf(context.Read<FieldOptions>(options)),
            Writer = stream => new JsonLinesWriter(stream, CompressionKind.None, DocumentOutput.WriteText),
            Extension = ".jsonl",
        },
        new("jsonl.gz")
        {
            Writer = stream => new JsonLinesWriter(stream, CompressionKind.Gzip, DocumentOutput.WriteText),
            Extension = ".jsonl.gz",
        },
        new("jsonl.zst")
        {
            Writer = stream => new JsonLinesWriter(stream, CompressionKind.Zstd, DocumentOutput.WriteText),
            Extension = ".jsonl.zst",
        },
        new("wanjuan")
        {
            Reader = (options, context) => WanJuan(context.Read<RecordOptions>(options)),
            Writer = stream => new JsonLinesWriter(stream, CompressionKind.None, DocumentOutput.WriteWanJuan),
            Extension = ".jsonl",
        },
        new("wanjuan.gz")
        {
            Writer = stream => new JsonLinesWriter(stream, CompressionKind.Gzip, DocumentOutput.WriteWanJuan),
            Extension = ".jsonl.gz",
        },
        new("text") { Reader = (options, context) => new PlainTextReader(Checked(context.Read<TextOptions>(options))) },
        new("csv")
        {
            Reader = (options, context) => new CsvReader(false, Checked(context.Read<FieldOptions>(options))),
        },
        new("tsv") { Reader = (options, context) => new CsvReader(true, Checked(context.Read<FieldOptions>(options))) },
        new("warc") { Reader = (options, context) => new WarcReader(Checked(context.Read<RecordOptions>(options))) },
        new("html") { Reader = (options, context) => new HtmlReader(Checked(context.Read<RecordOptions>(options))) },
        new(DocumentationReader.FormatName)
        {
            Reader = (options, context) => new DocumentationReader(Checked(context.Read<RecordOptions>(options))),
        },
        new("code") { Reader = (options, context) => new CodeReader(Checked(context.Read<RecordOptions>(options))) },
    ];

    /// <summary>The format that the ending of a name stands for; null if it stands for none.</summary>
    public static string? OfPath(string path) =>
        Path.GetExtension(CompressedFile.WithoutEnding(path)).ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => "jsonl",
            ".TXT" or ".MD" => "text",
            ".CSV" => "csv",
            ".TSV" => "tsv",
            ".WARC" or ".WET" or ".ARC" => "warc",
            ".HTML" or ".HTM" or ".XHTML" => "html",
            ".XML" => DocumentationReader.FormatName,
            ".GIT" => "code",
            _ => null,
        };

    /// <summary>A reader of JSON Lines with chosen names of members.</summary>
    public static IDocumentReader JsonLinesOf(FieldOptions options) =>
        new JsonLinesReader(new JsonSchema(options.Text, options.Id) { IsNested = true }, Checked(options));

    /// <summary>A reader of WanJuan's schemas.</summary>
    public static IDocumentReader WanJuan(RecordOptions options) =>
        new JsonLinesReader(JsonSchema.WanJuan, Checked(options));

    private static TOptions Checked<TOptions>(TOptions options)
        where TOptions : RecordOptions
    {
        options.Validated();
        return options;
    }
}
