using System.Collections.Immutable;

namespace Puyu.Data.Text;

/// <summary>How <see cref="StatisticsStage"/> counts.</summary>
public sealed record StatisticsOptions
{
    /// <summary>How ideographs are counted.</summary>
    public IdeographWords Ideographs { get; init; } = IdeographWords.Characters;

    /// <summary>
    /// Path of a tokenizer's file in which texts are counted; null for a quarter of their bytes in UTF-8.
    /// </summary>
    public string? Tokenizer { get; init; }

    /// <summary>
    /// Words that carry no content, in lower case; of ideographs counted one by one, characters. The default has
    /// English and Chinese ones.
    /// </summary>
    public ImmutableArray<string> StopWords { get; init; } = DefaultStopWords;

    /// <summary>The function words of English and the function characters of Chinese.</summary>
    public static ImmutableArray<string> DefaultStopWords { get; } =
    [
        "a", "about", "above", "after", "again", "against", "all", "am", "an", "and", "any", "are", "as", "at", "be",
        "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do",
        "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having",
        "he", "her", "here", "hers", "herself", "him", "himself", "his", "how", "i", "if", "in", "into", "is", "it",
        "its", "itself", "just", "me", "more", "most", "my", "myself", "no", "nor", "not", "now", "of", "off", "on",
        "once", "only", "or", "other", "our", "ours", "ourselves", "out", "over", "own", "same", "she", "should", "so",
        "some", "such", "than", "that", "the", "their", "theirs", "them", "themselves", "then", "there", "these",
        "they", "this", "those", "through", "to", "too", "under", "until", "up", "very", "was", "we", "were", "what",
        "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "yours",
        "yourself", "yourselves", "的", "了", "是", "在", "和", "与", "及", "或", "不", "也", "都", "就", "而", "之",
        "其", "这", "那", "我", "你", "他", "她", "它", "们", "有", "把", "被", "对", "于", "以", "为", "从", "到", "着",
        "地", "得", "吗", "呢", "吧", "啊",
    ];
}
