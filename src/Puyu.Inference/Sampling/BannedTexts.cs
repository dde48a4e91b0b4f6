using System.Text;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Sampling;

/// <summary>
/// Texts that a completion must not contain, however they are cut into tokens: a token is banned where it would
/// complete one.
/// </summary>
/// <remarks>Immutable; may be shared by threads.</remarks>
internal sealed class BannedTexts
{
    private readonly TokenVocabulary _vocabulary;
    private readonly BannedText[] _texts;

    /// <param name="texts">None empty.</param>
    /// <param name="vocabulary">Of the model.</param>
    public BannedTexts(IReadOnlyList<string> texts, TokenVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _texts = [.. texts.Select(text => new BannedText(Encoding.UTF8.GetBytes(text), vocabulary))];
    }

    /// <summary>Makes the logits of tokens −∞ that would complete a text.</summary>
    /// <param name="logits">Shape [V]; changed.</param>
    /// <param name="completion">Ids so far, without the prompt.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> completion)
    {
        foreach (BannedText text in _texts)
        {
            Ban(logits, text.Containing);
            for (int split = 1; split < text.Bytes.Length; split++)
            {
                if (text.Completing[split].Length > 0 && EndsWith(completion, text.Bytes.AsSpan(0, split)))
                {
                    Ban(logits, text.Completing[split].Span);
                }
            }
        }
    }

    private static void Ban(Span<float> logits, ReadOnlySpan<int> tokenIds)
    {
        foreach (int token in tokenIds)
        {
            logits[token] = float.NegativeInfinity;
        }
    }

    private bool EndsWith(ReadOnlySpan<int> completion, ReadOnlySpan<byte> ending)
    {
        for (int i = completion.Length - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> bytes = _vocabulary.TokenBytes(completion[i]);
            if (bytes.Length >= ending.Length)
            {
                return bytes.EndsWith(ending);
            }

            if (!ending.EndsWith(bytes))
            {
                return false;
            }

            ending = ending[..^bytes.Length];
        }

        return false;
    }

    /// <summary>One of the texts, with the tokens that can complete it.</summary>
    private sealed class BannedText(byte[] bytes, TokenVocabulary vocabulary)
    {
        public byte[] Bytes => bytes;

        /// <summary>Tokens that contain the whole text, and a special token that it names.</summary>
        public int[] Containing { get; } =
            [.. Enumerable.Range(0, vocabulary.Size).Where(id => Contains(vocabulary, id, bytes))];

        /// <summary>By how many bytes of the text went before: the tokens that begin with the rest.</summary>
        public ReadOnlyMemory<int>[] Completing { get; } =
            [.. Enumerable.Range(0, bytes.Length).Select(split => vocabulary.BeginningWith(bytes.AsSpan(split)))];

        private static bool Contains(TokenVocabulary vocabulary, int id, ReadOnlySpan<byte> text) =>
            vocabulary.IsSpecial(id)
                ? vocabulary.TokenBytes(id).SequenceEqual(text)
                : vocabulary.TokenBytes(id).IndexOf(text) >= 0;
    }
}
