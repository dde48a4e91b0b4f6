namespace Puyu.Data.Languages;

/// <summary>The language of a paragraph.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="Length">Its UTF-16 units.</param>
/// <param name="Language">The language.</param>
public readonly record struct ParagraphLanguage(int Start, int Length, LanguageScore Language);
