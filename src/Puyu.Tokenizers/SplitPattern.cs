namespace Puyu.Tokenizers;

/// <summary>How text is cut into pretokens before byte-level merging. Merges never cross a cut.</summary>
public enum SplitPattern
{
    /// <summary>
    /// GPT-2 and r50k: <c>'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
    /// </summary>
    Gpt2,

    /// <summary>
    /// cl100k_base and Llama 3: <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
    /// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
    /// </summary>
    Cl100k,

    /// <summary>o200k_base: words end where lower case meets upper case; contractions stay with their word.</summary>
    O200k,

    /// <summary>Qwen 2: as <see cref="Cl100k"/>, but every digit is a pretoken of its own.</summary>
    Qwen2,
}
