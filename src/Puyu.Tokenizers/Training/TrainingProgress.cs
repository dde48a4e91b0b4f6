namespace Puyu.Tokenizers.Training;

/// <summary>How far the training of a tokenizer is.</summary>
/// <param name="Merges">Merges learned so far.</param>
/// <param name="TotalMerges">Merges to learn.</param>
public readonly record struct TrainingProgress(int Merges, int TotalMerges);
