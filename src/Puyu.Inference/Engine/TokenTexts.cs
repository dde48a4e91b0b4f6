using System.Text;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Sampling;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Streaming;

namespace Puyu.Inference.Engine;

/// <summary>How tokens become text: special ones are left out, or appear under their names.</summary>
/// <remarks>May be shared by threads.</remarks>
internal sealed class TokenTexts
{
    private readonly Tokenizer _tokenizer;
    private readonly HashSet<int> _specialIds;
    private readonly IReadOnlyDictionary<int, string> _aliased;

    /// <param name="tokenizer">Of the model.</param>
    /// <param name="template">Knows the names of tokens that the tokenizer keeps as spares; may be null.</param>
    public TokenTexts(Tokenizer tokenizer, ChatTemplate? template)
    {
        _tokenizer = tokenizer;
        _specialIds = [.. tokenizer.SpecialTokens.Values];
        _aliased = template?.AliasedTokens(tokenizer) ?? new Dictionary<int, string>();
    }

    /// <summary>Makes a decoder for the tokens of one completion.</summary>
    public StreamingDecoder CreateDecoder() => _tokenizer.CreateStreamingDecoder();

    /// <summary>Adds a token.</summary>
    /// <param name="decoder">Of the completion.</param>
    /// <param name="tokenId">The token.</param>
    /// <param name="showsSpecial">Whether special tokens appear.</param>
    /// <returns>The text that is certain by then.</returns>
    public string Append(StreamingDecoder decoder, int tokenId, bool showsSpecial)
    {
        if (!_specialIds.Contains(tokenId))
        {
            return decoder.Append(tokenId);
        }

        if (!showsSpecial)
        {
            return "";
        }

        return _aliased.TryGetValue(tokenId, out string? name) ? name : decoder.Append(tokenId);
    }

    /// <summary>A token with its log-probability, for the reader.</summary>
    public TokenScore Score(int tokenId, float logProbability, ReadOnlySpan<TokenLogProbability> alternatives)
    {
        var others = new TokenScore[alternatives.Length];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = Score(alternatives[i].TokenId, alternatives[i].LogProbability, []);
        }

        byte[] bytes = _tokenizer.TokenBytes(tokenId).ToArray();
        return new TokenScore(tokenId, Encoding.UTF8.GetString(bytes), bytes, logProbability) { Alternatives = others };
    }
}
