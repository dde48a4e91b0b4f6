namespace Puyu.Inference.Constraints;

/// <summary>Where one completion stands in what it must look like.</summary>
/// <remarks>One for each choice, made by <see cref="ConstraintCompiler"/>; not for use by several threads.</remarks>
internal sealed class TokenConstraint
{
    private readonly CompiledConstraint _constraint;
    private StateSet _set;

    /// <param name="constraint">Shared with other completions.</param>
    public TokenConstraint(CompiledConstraint constraint)
        : this(constraint, constraint.Automaton.Start)
    {
    }

    private TokenConstraint(CompiledConstraint constraint, StateSet set)
    {
        _constraint = constraint;
        _set = set;
    }

    /// <summary>Whether the completion fits as it is, so that it may end.</summary>
    public bool CanEnd => _set.CanEnd;

    /// <summary>Whether it fits as it is and nothing can follow.</summary>
    public bool IsComplete => _set.CanEnd && _set.Places.Length == 0;

    /// <summary>Sets the bits of the tokens that keep the completion possible, and clears all others.</summary>
    /// <remarks>Tokens that end a completion are not among them: see <see cref="CanEnd"/>.</remarks>
    /// <param name="mask">Bit t mod 32 of word t / 32 is token t's; (V + 31) / 32 words.</param>
    /// <exception cref="Puyu.Abstractions.Engine.EngineException">
    /// The text can be read in too many ways to go on.
    /// </exception>
    public void FillMask(Span<uint> mask) => _constraint.Masks.Mask(_set).CopyTo(mask);

    /// <summary>Goes on by a token.</summary>
    /// <exception cref="ArgumentException">The token is not among those that keep the completion possible.</exception>
    public void Accept(int tokenId)
    {
        StateSet next = _constraint.Step(_set, tokenId);
        if (next.IsDead)
        {
            throw new ArgumentException($"token {tokenId} is accepted but the constraint does not allow it here");
        }

        _set = next;
    }

    /// <summary>Whether a token keeps the completion possible.</summary>
    public bool Allows(int tokenId) => !_constraint.Step(_set, tokenId).IsDead;

    /// <summary>The token that alone keeps the completion possible, so that no logits are needed to draw it.</summary>
    /// <param name="tokenId">That token; without meaning if there is none.</param>
    /// <returns>False if several tokens can follow, or none, or the completion may end.</returns>
    public bool TryForced(out int tokenId)
    {
        tokenId = -1;
        return !_set.CanEnd && _constraint.HasSingle(_set, out tokenId);
    }

    /// <summary>
    /// Tokens that spell the text that must follow, whole or in part: a draft that is likely to be drawn, though the
    /// model may cut that text into tokens in another way.
    /// </summary>
    /// <param name="draft">Overwritten.</param>
    /// <returns>Number of tokens; 0 where the next byte is open.</returns>
    public int DraftForced(Span<int> draft) => ForcedText.Draft(_constraint, _set, draft);

    /// <summary>Another that stands where this one does.</summary>
    public TokenConstraint Fork() => new(_constraint, _set);
}
