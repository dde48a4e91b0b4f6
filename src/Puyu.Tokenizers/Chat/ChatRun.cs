namespace Puyu.Tokenizers.Chat;

/// <summary>A stretch of a rendered conversation.</summary>
/// <param name="Kind">How it becomes token ids.</param>
/// <param name="Text">What it looks like as text.</param>
/// <param name="IsTrained">Whether a model learns to produce it.</param>
internal readonly record struct ChatRun(ChatRunKind Kind, string Text, bool IsTrained);

/// <summary>How a stretch of a rendered conversation becomes token ids.</summary>
internal enum ChatRunKind
{
    /// <summary>Ordinary text: no special tokens, whatever it spells.</summary>
    Text,

    /// <summary>A special token that the tokenizer must have.</summary>
    Special,

    /// <summary>A special token if the tokenizer has it, ordinary text otherwise.</summary>
    SpecialIfKnown,

    /// <summary>The tokenizer's beginning-of-text token.</summary>
    Bos,

    /// <summary>The tokenizer's end-of-text token.</summary>
    Eos,
}
