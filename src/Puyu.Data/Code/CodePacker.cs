using System.Text;

namespace Puyu.Data.Code;

/// <summary>A part of a repository that fits a window of the model.</summary>
/// <param name="First">Index of its first file.</param>
/// <param name="Count">Its files.</param>
/// <param name="Text">Their sections.</param>
/// <param name="Tokens">Tokens of the text, as counted section by section.</param>
internal sealed record CodePack(int First, int Count, string Text, int Tokens);

/// <summary>Packs the sections of a repository into texts of bounded length.</summary>
/// <remarks>
/// Source: InternLM2 technical report, 2024, figure 11: append until there are more than 32 K tokens, then take the
/// last file away, emit, and go on with that file. A file that is longer by itself is a text of its own.
/// </remarks>
internal static class CodePacker
{
    /// <summary>Tokens that a text is about: a quarter of its bytes, rounded up.</summary>
    public static int CountRoughly(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    /// <summary>Packs sections in order.</summary>
    /// <param name="sections">One a file.</param>
    /// <param name="tokenLimit">Tokens of a text, at most.</param>
    /// <param name="countTokens">Counts the tokens of a section.</param>
    public static List<CodePack> Pack(
        IReadOnlyList<string> sections, int tokenLimit, Func<string, int> countTokens)
    {
        var packs = new List<CodePack>();
        int first = 0;
        int tokens = 0;
        for (int i = 0; i < sections.Count; i++)
        {
            int added = countTokens(sections[i]);
            if (tokens + added > tokenLimit && i > first)
            {
                packs.Add(Emit(sections, first, i - first, tokens));
                first = i;
                tokens = 0;
            }

            tokens += added;
        }

        if (first < sections.Count)
        {
            packs.Add(Emit(sections, first, sections.Count - first, tokens));
        }

        return packs;
    }

    private static CodePack Emit(IReadOnlyList<string> sections, int first, int count, int tokens) =>
        new(first, count, string.Join('\n', sections.Skip(first).Take(count)), tokens);
}
