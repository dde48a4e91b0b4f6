using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Puyu.Data.Formats;

/// <summary>JSON in UTF-8 that is put together by hand: names are constants, and values hardly need escaping.</summary>
internal sealed class JsonBuffer
{
    private static readonly SearchValues<char> _escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016"
        + "\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F");

    private byte[] _bytes = new byte[1 << 16];
    private int _count;

    /// <summary>What was appended.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Begins anew, or goes back.</summary>
    public void Truncate(int count) => _count = count;

    /// <summary>Appends JSON.</summary>
    public void Append(ReadOnlySpan<byte> json) => json.CopyTo(Grow(json.Length));

    /// <summary>Appends a string in quotation marks.</summary>
    /// <exception cref="InvalidDataException">It has half of a surrogate pair, which UTF-8 cannot say.</exception>
    public void AppendString(ReadOnlySpan<char> text)
    {
        Append("\""u8);
        while (true)
        {
            int escaped = text.IndexOfAny(_escaped);
            AppendPlain(escaped < 0 ? text : text[..escaped]);
            if (escaped < 0)
            {
                break;
            }

            AppendEscape(text[escaped]);
            text = text[(escaped + 1)..];
        }

        Append("\""u8);
    }

    /// <summary>Appends a whole number.</summary>
    public void AppendNumber(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out int written);
        _count += written;
    }

    /// <summary>Appends a number, with as many digits as give it back; null for one that JSON lacks.</summary>
    public void AppendNumber(float value)
    {
        if (!float.IsFinite(value))
        {
            Append("null"u8);
            return;
        }

        value.TryFormat(Reserve(32), out int written, default, CultureInfo.InvariantCulture);
        _count += written;
    }

    private void AppendPlain(ReadOnlySpan<char> text)
    {
        Span<byte> space = Reserve(checked(3 * text.Length));
        if (Utf8.FromUtf16(text, space, out int read, out int written, replaceInvalidSequences: false)
            != OperationStatus.Done)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"a text has U+{(int)text[read]:X4} without the other half of its pair: "
                + $"normalize texts before writing"));
        }

        _count += written;
    }

    private void AppendEscape(char c)
    {
        switch (c)
        {
            case '"':
                Append("\\\""u8);
                break;
            case '\\':
                Append("\\\\"u8);
                break;
            case '\n':
                Append("\\n"u8);
                break;
            case '\r':
                Append("\\r"u8);
                break;
            case '\t':
                Append("\\t"u8);
                break;
            default:
                Append(Encoding.ASCII.GetBytes(FormattableString.Invariant($"\\u{(int)c:x4}")));
                break;
        }
    }

    private Span<byte> Grow(int count)
    {
        Span<byte> space = Reserve(count)[..count];
        _count += count;
        return space;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _count < count)
        {
            Array.Resize(ref _bytes, checked((int)Math.Max(2L * _bytes.Length, (long)_count + count)));
        }

        return _bytes.AsSpan(_count);
    }
}
