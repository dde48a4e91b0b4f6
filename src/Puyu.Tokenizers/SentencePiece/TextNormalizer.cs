using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Prepares text as the model's normalizer rules say. Shared by threads.</summary>
/// <remarks>
/// Spaces stay spaces: vocabularies are read with U+2581 taken back. A literal U+2581 in the text is a space to the
/// model, so it becomes one here, and decodes to a space.
/// </remarks>
internal sealed class TextNormalizer(NormalizerRules rules, Charsmap? charsmap, FrozenText frozen)
{
    private static ReadOnlySpan<byte> EscapedSpace => "\u2581"u8;

    /// <summary>Prepares text.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="startsText">Whether this is the text's beginning, where the dummy prefix goes.</param>
    /// <param name="scratch">Memory for the result where it is not <paramref name="utf8"/> itself.</param>
    /// <returns>Valid UTF-8; a slice of one of the two.</returns>
    public ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> utf8, bool startsText, ByteScratch scratch)
    {
        bool addsPrefix = rules.AddsDummyPrefix && startsText
            && !(rules.PrefixesOnlyWords && (utf8.StartsWith(" "u8) || utf8.StartsWith(EscapedSpace)));
        if (charsmap is null && !rules.RemovesExtraSpaces)
        {
            if (utf8.IsEmpty || (!addsPrefix && !HasEscapedSpace(utf8)))
            {
                return utf8;
            }

            scratch.Clear();
            if (addsPrefix)
            {
                scratch.Add(" "u8);
            }

            AddUnescaped(utf8, scratch);
            return scratch.Span;
        }

        scratch.Clear();
        Rewrite(utf8, addsPrefix, scratch);
        return scratch.Span;
    }

    private bool HasEscapedSpace(ReadOnlySpan<byte> utf8) =>
        rules.EscapesSpaces && utf8.IndexOf(EscapedSpace) >= 0;

    private void AddUnescaped(ReadOnlySpan<byte> utf8, ByteScratch scratch)
    {
        for (int at; rules.EscapesSpaces && (at = utf8.IndexOf(EscapedSpace)) >= 0;)
        {
            scratch.Add(utf8[..at]);
            scratch.Add(" "u8);
            utf8 = utf8[(at + EscapedSpace.Length)..];
        }

        scratch.Add(utf8);
    }

    /// <summary>The library's loop: replace, drop spaces behind spaces, drop spaces at the ends.</summary>
    private void Rewrite(ReadOnlySpan<byte> utf8, bool addsPrefix, ByteScratch scratch)
    {
        bool drops = rules.RemovesExtraSpaces;
        int at = 0;
        while (drops && at < utf8.Length && Replace(utf8[at..], out int skipped).SequenceEqual(" "u8))
        {
            at += skipped;
        }

        if (at == utf8.Length)
        {
            return;
        }

        if (addsPrefix)
        {
            scratch.Add(" "u8);
        }

        bool afterSpace = drops;
        while (at < utf8.Length)
        {
            ReadOnlySpan<byte> replaced = Replace(utf8[at..], out int length);
            replaced = afterSpace ? replaced.TrimStart((byte)' ') : replaced;
            if (!replaced.IsEmpty)
            {
                AddUnescaped(replaced, scratch);
                afterSpace = drops && replaced[^1] == ' ';
            }

            at += length;
        }

        if (drops)
        {
            scratch.TrimEnd((byte)' ');
        }
    }

    /// <summary>What the text's beginning becomes, and how many bytes of it that was.</summary>
    private ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> utf8, out int length)
    {
        length = frozen.Match(utf8, Utf8.Decode(utf8, 0, out _), out _);
        if (length > 0)
        {
            return utf8[..length];
        }

        if (charsmap is not null && charsmap.TryReplace(utf8, out length, out ReadOnlySpan<byte> replacement))
        {
            return replacement;
        }

        length = Utf8.Length(utf8[0]);
        return utf8[..length];
    }
}
