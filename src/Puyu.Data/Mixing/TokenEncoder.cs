using System.Text;
using Puyu.Tokenizers;

namespace Puyu.Data.Mixing;

/// <summary>
/// Makes the tokens of documents: the text as the tokenizer has it, untrusted, so that no special token comes of it,
/// between the tokens that begin and end a sequence. Not for several threads at once.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="bos">Put before the text; null for nothing.</param>
/// <param name="eos">Put behind the text; null for nothing.</param>
internal sealed class TokenEncoder(Tokenizer tokenizer, int? bos, int? eos)
{
    private readonly TokenBuffer _ids = new(1 << 12);
    private byte[] _utf8 = new byte[1 << 14];

    /// <summary>The tokens of a document; valid until the next call.</summary>
    public ReadOnlySpan<int> Encode(Document document)
    {
        int bytes = Encoding.UTF8.GetByteCount(document.Text);
        if (_utf8.Length < bytes)
        {
            _utf8 = new byte[Math.Min(Math.Max(bytes, 2L * _utf8.Length), Array.MaxLength)];
        }

        Encoding.UTF8.GetBytes(document.Text, _utf8);
        _ids.Clear();
        Add(bos);
        tokenizer.Encode(_utf8.AsSpan(0, bytes), _ids);
        Add(eos);
        return _ids.Span;
    }

    private void Add(int? id)
    {
        if (id is { } known)
        {
            _ids.Add(known);
        }
    }
}
