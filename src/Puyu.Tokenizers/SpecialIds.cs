namespace Puyu.Tokenizers;

/// <summary>The special tokens that have a role; null where the vocabulary has none for it.</summary>
/// <param name="Bos">Begins a sequence.</param>
/// <param name="Eos">Ends a sequence.</param>
/// <param name="Pad">Fills a batch.</param>
/// <param name="Unknown">Stands for text that the vocabulary cannot spell.</param>
public readonly record struct SpecialIds(int? Bos = null, int? Eos = null, int? Pad = null, int? Unknown = null);
