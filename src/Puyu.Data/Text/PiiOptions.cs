using Puyu.Abstractions;

namespace Puyu.Data.Text;

/// <summary>What <see cref="PiiStage"/> replaces.</summary>
public sealed record PiiOptions
{
    /// <summary>The kinds.</summary>
    public PiiKinds Kinds { get; init; } = PiiKinds.All;

    /// <summary>Which IP addresses.</summary>
    public AddressScope Addresses { get; init; } = AddressScope.Public;

    /// <summary>
    /// Enters the hashes of which replacements are made: with a secret one nobody can find out which value stands
    /// behind a replacement by trying all.
    /// </summary>
    public ulong Salt { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">There are no kinds, or unknown ones.</exception>
    public PiiOptions Validated()
    {
        var problems = new Problems(nameof(PiiOptions));
        problems.Require(
            Kinds != PiiKinds.None && (Kinds & ~PiiKinds.All) == 0, Kinds, "must be one or more of the known kinds");
        problems.ThrowIfAny();
        return this;
    }
}
