namespace Puyu.Data.Languages;

/// <summary>In which language a text is, and how surely.</summary>
/// <param name="Language">
/// ISO 639-1 code, with the script after it where a language has two: <c>en</c>, <c>zh-hans</c>; <c>und</c> for a text
/// without letters of any known script.
/// </param>
/// <param name="Score">
/// Probability among the known languages, times the share of its script among the letters; in [0, 1].
/// </param>
public readonly record struct LanguageScore(string Language, float Score);
