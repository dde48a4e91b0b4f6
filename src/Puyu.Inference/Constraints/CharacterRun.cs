namespace Puyu.Inference.Constraints;

/// <summary>Characters that all lead from one set to the same other set.</summary>
/// <param name="Target">Where they lead.</param>
/// <param name="Kinds">All characters of these <see cref="CharacterKinds"/>; none if there is no such target.</param>
internal sealed record CharacterStep(StateSet Target, ulong Kinds);

/// <summary>Texts that can follow a set whatever they are, as long as they hold nothing else.</summary>
/// <param name="Kinds">Of their characters.</param>
/// <param name="MaxLength">In characters.</param>
internal sealed record CharacterRun(ulong Kinds, int MaxLength);
