using Puyu.Abstractions;

namespace Puyu.Tokenizers.Training;

/// <summary>What the options of every tokenizer trainer ask of special tokens.</summary>
internal static class SpecialTokenRules
{
    /// <summary>Notes a problem unless the literals are different and not empty.</summary>
    public static void RequireSpecialTokens(this Problems problems, IReadOnlyList<string> specialTokens)
    {
        string list = string.Join(", ", specialTokens.Select(token => $"'{token}'"));
        problems.Require(!specialTokens.Contains(""), list, "must not hold an empty literal", "SpecialTokens");
        problems.Require(
            specialTokens.Distinct().Count() == specialTokens.Count, list, "must all be different", "SpecialTokens");
    }
}
