namespace Puyu.Inference.Constraints;

/// <summary>All places at once where some text may stand in an automaton.</summary>
/// <remarks>Made by <see cref="LazyAutomaton"/>, which fills in the steps and masks as they are asked for.</remarks>
/// <param name="places">States with edges by bytes or special tokens, and the calls around them.</param>
/// <param name="canEnd">Whether the text fits as it is.</param>
/// <param name="escapes">Whether a rule ended whose caller is not known.</param>
/// <param name="byteClasses">Number of classes of bytes.</param>
internal sealed class StateSet((int State, CallStack Stack)[] places, bool canEnd, bool escapes, int byteClasses)
{
    /// <summary>States with edges by bytes or special tokens, and the calls around them.</summary>
    public (int State, CallStack Stack)[] Places => places;

    /// <summary>Whether the text fits as it is.</summary>
    public bool CanEnd => canEnd;

    /// <summary>Whether a rule ended whose caller is not known.</summary>
    public bool Escapes => escapes;

    /// <summary>Whether no text leads here.</summary>
    public bool IsDead { get; } = places.Length == 0 && !canEnd && !escapes;

    /// <summary>By class of bytes: where a byte leads; null where nobody asked.</summary>
    public StateSet?[] Steps { get; } = new StateSet?[byteClasses];

    /// <summary>The tokens that can follow, if somebody asked.</summary>
    public uint[]? Mask { get; set; }

    /// <summary>What can follow whatever the callers are, if somebody asked.</summary>
    public LocalMask? Local { get; set; }

    /// <summary>Where most characters lead, if somebody asked.</summary>
    public CharacterStep? Step { get; set; }

    /// <summary>What can follow without being read byte by byte, if somebody asked.</summary>
    public CharacterRun? Run { get; set; }
}
