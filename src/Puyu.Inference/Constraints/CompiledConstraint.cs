using Puyu.Inference.Sampling;

namespace Puyu.Inference.Constraints;

/// <summary>A constraint with the vocabulary that it is held against: what all its completions share.</summary>
/// <remarks>May be shared by threads.</remarks>
internal sealed class CompiledConstraint
{
    /// <param name="automaton">Of the constraint.</param>
    /// <param name="vocabulary">Of the model.</param>
    public CompiledConstraint(PushdownAutomaton automaton, TokenVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        Automaton = new LazyAutomaton(automaton);
        Masks = new MaskBuilder(Automaton, vocabulary);
    }

    /// <summary>Of the model.</summary>
    public TokenVocabulary Vocabulary { get; }

    /// <summary>Where text can stand.</summary>
    public LazyAutomaton Automaton { get; }

    /// <summary>What can follow.</summary>
    public MaskBuilder Masks { get; }

    /// <summary>Where a token leads.</summary>
    public StateSet Step(StateSet set, int tokenId)
    {
        if (Vocabulary.IsSpecial(tokenId))
        {
            return Automaton.StepSpecial(set, tokenId);
        }

        ReadOnlySpan<byte> bytes = Vocabulary.TokenBytes(tokenId);
        return bytes.IsEmpty ? Automaton.Dead : Automaton.Step(set, bytes);
    }

    /// <summary>Whether exactly one token can follow.</summary>
    public bool HasSingle(StateSet set, out int tokenId)
    {
        uint[] mask = Masks.Mask(set);
        tokenId = TokenMask.First(mask);
        return TokenMask.Count(mask) == 1;
    }
}
