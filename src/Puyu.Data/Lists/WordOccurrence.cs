namespace Puyu.Data.Lists;

/// <summary>A word of a list in a text.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="Length">Its UTF-16 units.</param>
/// <param name="Word">As in the list, in lower case.</param>
public readonly record struct WordOccurrence(int Start, int Length, string Word);
