using Puyu.Data.Lists;

namespace Puyu.Data.Perplexity;

/// <summary>Words that refer to what was said (pronouns) and that join what is said (connectives).</summary>
internal static class CohesionWords
{
    private static readonly WordList _pronouns = new(
        [
            "i", "me", "my", "mine", "myself", "you", "your", "yours", "yourself", "yourselves", "he", "him", "his",
            "himself", "she", "her", "hers", "herself", "it", "its", "itself", "we", "us", "our", "ours", "ourselves",
            "they", "them", "their", "theirs", "themselves", "this", "that", "these", "those", "who", "whom", "whose",
            "which",
            "我", "我们", "你", "你们", "您", "他", "他们", "她", "她们", "它", "它们", "咱们", "自己", "这", "这些", "这个",
            "那", "那些", "那个", "其",
        ],
        []);

    private static readonly WordList _connectives = new(
        [
            "however", "therefore", "moreover", "furthermore", "because", "although", "though", "thus", "hence",
            "meanwhile", "nevertheless", "nonetheless", "instead", "otherwise", "consequently", "similarly", "finally",
            "besides", "accordingly", "whereas", "for example", "for instance", "in addition", "in contrast",
            "in other words", "in conclusion", "in fact", "as a result", "on the other hand", "after all",
            "首先", "其次", "再次", "最后", "因为", "所以", "因此", "因而", "于是", "从而", "然而", "但是", "可是", "不过", "虽然",
            "尽管", "即使", "如果", "假如", "只要", "只有", "除非", "无论", "不管", "不但", "不仅", "而且", "并且", "况且", "何况",
            "此外", "另外", "例如", "比如", "总之", "换句话说", "也就是说", "与此同时", "同时", "随后", "接着", "然后", "后来",
            "相反", "反之", "否则", "由此可见", "综上所述", "一方面", "另一方面", "以及", "既然", "由于", "以便", "以免",
        ],
        []);

    /// <summary>Shares of the characters of a text that pronouns and connectives are.</summary>
    public static (float Pronouns, float Connectives) Rates(ReadOnlySpan<char> text)
    {
        var found = new List<WordOccurrence>();
        return (Rate(_pronouns, text, found), Rate(_connectives, text, found));
    }

    private static float Rate(WordList words, ReadOnlySpan<char> text, List<WordOccurrence> found)
    {
        words.Find(text, found);
        long characters = 0;
        foreach (WordOccurrence occurrence in found)
        {
            characters += occurrence.Length;
        }

        return (float)characters / text.Length;
    }
}
