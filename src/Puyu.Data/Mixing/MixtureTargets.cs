using System.Globalization;

namespace Puyu.Data.Mixing;

/// <summary>How much there is of a group.</summary>
/// <param name="Documents">Documents.</param>
/// <param name="Tokens">Their tokens.</param>
internal record struct GroupSize(long Documents, long Tokens);

/// <summary>How many tokens of each group a mixture takes.</summary>
/// <remarks>
/// A group with epochs takes them. What is left of the mixture's tokens is divided among the groups with a weight, by
/// weight; without a number of tokens it is the most that repeats none of these groups more often than it may.
/// </remarks>
internal static class MixtureTargets
{
    /// <summary>Shares of the tokens are off by at most this.</summary>
    public const double Tolerance = 0.005;

    /// <summary>Tokens of each group.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="sizes">What there is of each group.</param>
    /// <param name="path">Where the output stands; begins errors.</param>
    /// <exception cref="InvalidDataException">A group has too few tokens.</exception>
    public static long[] Of(MixtureOptions mixture, IReadOnlyList<GroupSize> sizes, string path)
    {
        long[] targets = new long[sizes.Count];
        double weights = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = (long)Math.Round((mixture.Groups[i].Epochs ?? 0) * sizes[i].Tokens);
            weights += mixture.Groups[i].Weight ?? 0;
        }

        if (weights == 0)
        {
            return targets;
        }

        long taken = targets.Sum();
        double most = Most(mixture, sizes, weights);
        double rest = mixture.Tokens - taken ?? Math.Floor(most);
        if (rest <= 0 || most == 0)
        {
            throw new InvalidDataException(most == 0
                ? $"{path}.mixture cannot be made: {Scarcest(mixture, sizes)} has a weight but no document fits it"
                : FormattableString.Invariant(
                    $"{path}.mixture.tokens is {mixture.Tokens} but the groups with epochs take {taken}"));
        }

        for (int i = 0; i < targets.Length; i++)
        {
            if (mixture.Groups[i].Weight is { } weight)
            {
                targets[i] = (long)Math.Round(rest * weight / weights);
                Require(mixture.Groups[i], sizes[i], targets[i], taken + (long)most, path);
            }
        }

        return targets;
    }

    /// <summary>Compares what a mixture has with what it should have.</summary>
    /// <exception cref="InvalidDataException">
    /// A share is off by more than <see cref="Tolerance"/>: documents are too long for so few tokens.
    /// </exception>
    public static void Check(IReadOnlyList<MixShare> shares, string path)
    {
        double targets = shares.Sum(share => share.Target);
        double tokens = shares.Sum(share => share.Tokens);
        foreach (MixShare share in shares)
        {
            double target = share.Target / Math.Max(targets, 1);
            double actual = share.Tokens / Math.Max(tokens, 1);
            if (Math.Abs(actual - target) > Tolerance)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}.mixture gives {share.Name} {actual:P2} of {tokens} tokens but must give it {target:P2} "
                    + $"to within {Tolerance:P1}; documents stay whole, so ask for more tokens or split long ones"));
            }
        }
    }

    /// <summary>The most tokens that groups with a weight can give.</summary>
    private static double Most(MixtureOptions mixture, IReadOnlyList<GroupSize> sizes, double weights)
    {
        double most = double.PositiveInfinity;
        for (int i = 0; i < sizes.Count; i++)
        {
            if (mixture.Groups[i] is { Weight: { } weight } group)
            {
                most = Math.Min(most, sizes[i].Tokens * group.MaxEpochs * weights / weight);
            }
        }

        return most;
    }

    private static string Scarcest(MixtureOptions mixture, IReadOnlyList<GroupSize> sizes) => mixture.Groups
        .Where((group, i) => group.Weight is not null && sizes[i].Tokens == 0).First().Name;

    private static void Require(MixtureGroupOptions group, GroupSize size, long target, long most, string path)
    {
        double possible = size.Tokens * group.MaxEpochs;
        if (target > Math.Ceiling(possible))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}.mixture needs {target} tokens of {group.Name}, which has {size.Tokens} and may be gone "
                + $"through {group.MaxEpochs} times; raise maxEpochs, lower the weight, or ask for {most} at most"));
        }
    }
}
