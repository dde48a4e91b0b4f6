namespace Puyu.Inference.Constraints;

/// <summary>Where one completion stands in what it must look like.</summary>
/// <remarks>One for each choice; not for use by several threads.</remarks>
internal abstract class TokenConstraint
{
    /// <summary>Whether the completion fits as it is, so that it may end.</summary>
    public abstract bool CanEnd { get; }

    /// <summary>Whether it fits as it is and nothing can follow.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>Sets the bits of the tokens that keep the completion possible, and clears all others.</summary>
    /// <remarks>Tokens that end a completion are not among them: see <see cref="CanEnd"/>.</remarks>
    /// <param name="mask">Bit t mod 32 of word t / 32 is token t's; (V + 31) / 32 words.</param>
    public abstract void FillMask(Span<uint> mask);

    /// <summary>Goes on by a token.</summary>
    /// <exception cref="ArgumentException">The token is not among those that keep the completion possible.</exception>
    public abstract void Accept(int tokenId);

    /// <summary>Another that stands where this one does.</summary>
    public abstract TokenConstraint Fork();
}
