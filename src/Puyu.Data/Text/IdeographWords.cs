namespace Puyu.Data.Text;

/// <summary>How text in scripts without spaces between words, ideographs and kana, is counted in words.</summary>
public enum IdeographWords
{
    /// <summary>Each character is a word.</summary>
    Characters,

    /// <summary>
    /// Runs of characters are cut in twos from their beginning, near the mean length of Chinese words; the last one may
    /// be alone. Every mark begins anew, so that repeated clauses are cut alike.
    /// </summary>
    Pairs,
}
