using System.Collections.Immutable;
using Puyu.Abstractions;

namespace Puyu.Data.Rules;

/// <summary>What <see cref="BadWordsStage"/> looks for, in one language.</summary>
public sealed record BadWordsOptions
{
    /// <summary>The list, in any case; empty words are passed over.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Paths of files with further words, one a line.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>
    /// Words of the list that are allowed. C4 allows the syllables <c>sm</c>, <c>グロ</c>, <c>女の子</c> in Japanese and
    /// <c>性</c> in Chinese, which a tenth of all pages have.
    /// </summary>
    public ImmutableArray<string> Allowed { get; init; } = ["sm", "グロ", "女の子", "性"];

    /// <summary>Where a word counts.</summary>
    public WordMatching Matching { get; init; } = WordMatching.WholeWords;

    /// <summary>
    /// Only documents whose metadata says this under <c>language</c> are searched, or that do not say; null for all.
    /// </summary>
    public string? Language { get; init; }

    /// <summary>Share of documents, chosen by their keys, that are not searched and so kept.</summary>
    public double KeepFraction { get; init; }

    /// <summary>The list without what is allowed, each word once, in ordinal order.</summary>
    internal string[] Listed =>
    [
        .. (Words.IsDefault ? [] : Words).Concat((Files.IsDefault ? [] : Files).SelectMany(File.ReadLines))
            .Select(word => word.Trim()).Where(word => word.Length > 0)
            .Except(Allowed.IsDefault ? [] : Allowed, StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public BadWordsOptions Validated()
    {
        var problems = new Problems(nameof(BadWordsOptions));
        int words = Listed.Length;
        problems.Require(
            words > 0, words, "must be positive: list words, or files of them, that are not all allowed",
            nameof(Words));
        problems.Require(KeepFraction is >= 0 and <= 1, KeepFraction, "must lie in [0, 1]");
        problems.ThrowIfAny();
        return this;
    }
}
