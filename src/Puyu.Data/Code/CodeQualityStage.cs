using Puyu.Data.Pipeline;

namespace Puyu.Data.Code;

/// <summary>Measures source files. What a rule does not concern has no value, and so stays.</summary>
/// <remarks>
/// Sources of rules and bounds: DeepSeek-Coder, 2024, § 2.1 (length of lines, alphabetic share, XML header, visible
/// text of HTML, size of JSON and YAML); NeMo-Curator's code filters (share of comments, number of lines). Files of
/// languages that are not known stay, as InternLM2 does with languages of few resources.
/// </remarks>
public sealed class CodeQualityStage : IStage
{
    private const int HeaderChars = 100;

    /// <inheritdoc/>
    public string Name => "code-quality";

    /// <inheritdoc/>
    /// <remarks>
    /// Mean and greatest length of lines, in characters; share of letters; 1 if the file begins as XML and is no
    /// stylesheet; lines; comments as a share of a source file; visible text of HTML, as a share and in characters;
    /// characters of JSON or YAML.
    /// </remarks>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("line-length-mean", Max: 100),
        new("line-length-max", Max: 1000),
        new("alphabetic-share", Min: 0.25f),
        new("xml-header", Max: 0),
        new("lines", Min: 10, Max: 20_000),
        new("comment-share", Min: 0.01f, Max: 0.85f),
        new("html-visible-share", Min: 0.2f),
        new("html-visible-chars", Min: 100),
        new("data-chars", Min: 50, Max: 5000),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(document);
        string path = document.Metadata.GetValueOrDefault("path", document.Source.File);
        string text = document.Text;
        values.Fill(float.NaN);
        if (CodePath.FenceOf(path) is not { } fence || text.Length == 0)
        {
            return new StageResult(document);
        }

        MeasureLines(text, values);
        ReadOnlySpan<char> header = text.AsSpan(0, Math.Min(HeaderChars, text.Length));
        values[3] = header.Contains("<?xml version=", StringComparison.Ordinal)
            && !path.EndsWith(".xsl", StringComparison.OrdinalIgnoreCase)
            && !path.EndsWith(".xslt", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        if (CodePath.LanguageOf(path) is { } language)
        {
            _ = CodeLexer.Read(language, text, out int comments);
            values[5] = (float)comments / text.Length;
        }
        else if (fence == "html")
        {
            int visible = VisibleChars(text);
            values[6] = (float)visible / text.Length;
            values[7] = visible;
        }
        else if (fence is "json" or "yaml")
        {
            values[8] = text.Length;
        }

        if (fence is "json" or "yaml" or "html" or "xml" or "toml" or "css")
        {
            values[4] = float.NaN; // short ones are fine
        }

        return new StageResult(document);
    }

    private static void MeasureLines(string text, Span<float> values)
    {
        int lines = 0;
        int longest = 0;
        long total = 0;
        int letters = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            lines++;
            longest = Math.Max(longest, line.Length);
            total += line.Length;
        }

        foreach (char c in text)
        {
            letters += char.IsLetter(c) ? 1 : 0;
        }

        values[0] = (float)total / lines;
        values[1] = longest;
        values[2] = (float)letters / text.Length;
        values[4] = lines;
    }

    private static int VisibleChars(string html) =>
        Html.MarkupText.Of(Html.MarkupTrim.Trim(html, maximumDepth: 256)).Length;
}
