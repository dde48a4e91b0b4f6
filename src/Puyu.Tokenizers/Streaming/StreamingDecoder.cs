using System.Text;

namespace Puyu.Tokenizers.Streaming;

/// <summary>Turns token ids into text as they come, and never into half a character.</summary>
/// <remarks>
/// Bytes that may still become a character wait for the next token; bytes that no longer can become U+FFFD at once. So
/// the pieces, with the last from <see cref="Flush"/>, join to what <see cref="Tokenizer.Decode"/> makes of all ids.
/// One for each sequence; not for use by several threads.
/// </remarks>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private char[] _chars = new char[64];
    private bool _dropsSpace;

    internal StreamingDecoder(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _dropsSpace = tokenizer.AddsFirstSpace;
    }

    /// <summary>Adds one token.</summary>
    /// <param name="id">In [0, <see cref="Tokenizer.VocabSize"/>).</param>
    /// <returns>The text that is certain by now; empty while a character is incomplete.</returns>
    public string Append(int id) => Decode(_tokenizer.TokenBytes(id), flush: false);

    /// <summary>Adds several tokens.</summary>
    /// <param name="ids">Each in [0, <see cref="Tokenizer.VocabSize"/>).</param>
    /// <returns>The text that is certain by now.</returns>
    public string Append(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        foreach (int id in ids)
        {
            text.Append(Append(id));
        }

        return text.ToString();
    }

    /// <summary>Ends the sequence; the decoder is then as new.</summary>
    /// <returns>U+FFFD if a character is incomplete, else nothing.</returns>
    public string Flush()
    {
        string rest = Decode([], flush: true);
        _dropsSpace = _tokenizer.AddsFirstSpace;
        return rest;
    }

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        if (_dropsSpace && !bytes.IsEmpty)
        {
            _dropsSpace = false;
            bytes = bytes[0] == ' ' ? bytes[1..] : bytes;
        }

        // A byte makes at most one character, plus one for what waits from before.
        if (_chars.Length < bytes.Length + 2)
        {
            _chars = new char[bytes.Length + 2];
        }

        int count = _utf8.GetChars(bytes, _chars, flush);
        return count == 0 ? "" : new string(_chars, 0, count);
    }
}
