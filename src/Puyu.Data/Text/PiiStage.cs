using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Text;

/// <summary>Replaces personal data, and says where.</summary>
/// <remarks>
/// <para>
/// One value has one replacement, in all documents: it comes from a hash of the value and the salt. Addresses become
/// ones that are set aside for examples (RFC 2606, 5737, 3849), numbers a label such as <c>[cn-mobile-7f3a]</c>; none
/// of them is found again. Different values rarely have the same replacement, which is no harm.
/// </para>
/// <para>
/// Each replacement is a span of the document, labelled <c>pii:cn-mobile:13</c> with the kind and the length of what
/// stood there. Values are not kept.
/// </para>
/// </remarks>
/// <param name="options">As <see cref="PiiOptions.Validated"/> returns them.</param>
public sealed class PiiStage(PiiOptions options) : IStage
{
    private static readonly PiiKinds[] _kinds =
    [
        PiiKinds.Email, PiiKinds.Ipv4, PiiKinds.Ipv6, PiiKinds.ChineseId, PiiKinds.ChineseMobile, PiiKinds.BankCard,
        PiiKinds.CreditCode,
    ];

    /// <inheritdoc/>
    public string Name => "pii";

    /// <summary>How many of each kind were replaced.</summary>
    public IReadOnlyList<Measure> Measures { get; } = [.. _kinds.Select(kind => new Measure(Label(kind)))];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        values.Clear();
        var matches = new List<PiiMatch>();
        new PiiFinder(document.Text, options).Find(matches);
        if (matches.Count == 0)
        {
            return new StageResult(document);
        }

        var editor = new TextEditor(document);
        ImmutableArray<TextSpan>.Builder spans = ImmutableArray.CreateBuilder<TextSpan>(matches.Count);
        foreach (PiiMatch match in matches)
        {
            string replacement = Replacement(document.Text.AsSpan(match.Start, match.Length), match.Kind);
            int start = editor.Replace(match.Start, match.Length, replacement);
            string label = string.Create(CultureInfo.InvariantCulture, $"pii:{Label(match.Kind)}:{match.Length}");
            spans.Add(new TextSpan(start, replacement.Length, label));
            values[Array.IndexOf(_kinds, match.Kind)]++;
        }

        return new StageResult(editor.Apply(spans.MoveToImmutable()));
    }

    private static string Label(PiiKinds kind) => kind switch
    {
        PiiKinds.Email => "email",
        PiiKinds.Ipv4 => "ipv4",
        PiiKinds.Ipv6 => "ipv6",
        PiiKinds.ChineseId => "cn-id",
        PiiKinds.ChineseMobile => "cn-mobile",
        PiiKinds.BankCard => "bank-card",
        _ => "cn-credit-code",
    };

    private string Replacement(ReadOnlySpan<char> value, PiiKinds kind)
    {
        // Case, separators and country codes do not make another value.
        Span<char> canonical = value.Length <= 256 ? stackalloc char[value.Length] : new char[value.Length];
        int length = 0;
        foreach (char c in value)
        {
            canonical[length] = char.ToLowerInvariant(c);
            length += kind is PiiKinds.Email or PiiKinds.Ipv4 or PiiKinds.Ipv6 || c is not (' ' or '-' or '+') ? 1 : 0;
        }

        ReadOnlySpan<char> text = canonical[..length];
        text = kind == PiiKinds.ChineseMobile ? text[^11..] : text;
        ulong hash = Hashing.Mix((ulong)Hashing.Hash128(MemoryMarshal.AsBytes(text)) ^ Hashing.Mix(options.Salt));
        ushort few = (ushort)hash;
        return kind switch
        {
            PiiKinds.Email => string.Create(CultureInfo.InvariantCulture, $"user{few:x4}@example.com"),
            PiiKinds.Ipv4 => TestNetwork(few),
            PiiKinds.Ipv6 => string.Create(CultureInfo.InvariantCulture, $"2001:db8::{few:x}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"[{Label(kind)}-{few:x4}]"),
        };
    }

    /// <summary>An address of one of the three networks for documentation.</summary>
    private static string TestNetwork(ushort hash)
    {
        string network = ((hash >> 8) % 3) switch { 0 => "192.0.2", 1 => "198.51.100", _ => "203.0.113" };
        return string.Create(CultureInfo.InvariantCulture, $"{network}.{1 + ((hash & 0xFF) % 254)}");
    }
}
