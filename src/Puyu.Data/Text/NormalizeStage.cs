using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Text;

/// <summary>
/// Brings characters and white space into one form, and counts what it changed: composed characters (NFC); one line
/// feed for every line break; no white space at ends of lines and around the text; plain spaces; no controls and no
/// invisible characters.
/// </summary>
/// <remarks>
/// Markers of wrongly decoded text are counted, not repaired. Joiners stay between letters that are not ASCII, where
/// Persian, Indic scripts and emoji need them. Half a surrogate pair becomes U+FFFD. A text that is in form already is
/// passed on as the same instance. Source of the composed form: Unicode Standard Annex 15.
/// </remarks>
/// <param name="options">As <see cref="NormalizeOptions.Validated"/> returns them.</param>
public sealed class NormalizeStage(NormalizeOptions options) : IStage
{
    /// <inheritdoc/>
    public string Name => "normalize";

    /// <summary>
    /// Counts of characters, except for composed lines, which are lines. Mojibake and replacement characters are those
    /// of the text as it comes in.
    /// </summary>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        new("mojibake"),
        new("replacement-characters"),
        new("controls"),
        new("invisible-characters"),
        new("line-breaks"),
        new("spaces"),
        new("full-width-forms"),
        new("composed-lines"),
    ];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        string text = document.Text;
        bool isAscii = Ascii.IsValid(text);
        values.Clear();
        values[0] = isAscii ? 0 : Mojibake.Count(text);
        values[1] = isAscii ? 0 : text.AsSpan().Count('\uFFFD');
        var normalizer = new CharacterNormalizer(document, options);
        document = normalizer.Normalize();
        values[2] = normalizer.Controls;
        values[3] = normalizer.Invisible;
        values[4] = normalizer.LineBreaks;
        values[5] = normalizer.Spaces;
        values[6] = normalizer.FullWidth;

        if (!isAscii && !document.Text.IsNormalized(NormalizationForm.FormC))
        {
            document = Compose(document, out int lines);
            values[7] = lines;
        }

        return new StageResult(document);
    }

    /// <summary>Composes line by line, so that spans stay near their text.</summary>
    private static Document Compose(Document document, out int composed)
    {
        var editor = new TextEditor(document);
        composed = 0;
        LineList lines = TextAnalysis.Of(document.Text).Lines;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines.Line(document.Text, i);
            if (!line.IsNormalized(NormalizationForm.FormC))
            {
                editor.Replace(lines.Starts[i], line.Length, line.ToString().Normalize(NormalizationForm.FormC));
                composed++;
            }
        }

        return editor.Apply();
    }
}
