using System.Text;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Files;

/// <summary>
/// Reads GPT-2's pair of files: <c>vocab.json</c>, token to id, and <c>merges.txt</c>, a merge a line.
/// </summary>
/// <remarks>
/// The files do not say which tokens are special. A token is when no merge leads to it and it is bracketed like a
/// marker, as <c>&lt;|endoftext|&gt;</c> is, or when the configuration beside them lists it.
/// </remarks>
internal static class VocabularyFiles
{
    /// <summary>Name of the vocabulary.</summary>
    public const string VocabularyName = "vocab.json";

    /// <summary>Name of the merges.</summary>
    public const string MergesName = "merges.txt";

    /// <summary>Reads the pair in a folder.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or a merge names an unknown token.</exception>
    public static ByteLevelBpeTokenizer Load(string folder) => Read(
        File.ReadAllBytes(Path.Combine(folder, VocabularyName)),
        File.ReadAllLines(Path.Combine(folder, MergesName)),
        TokenizerConfig.Read(folder));

    /// <summary>Reads the content of the pair.</summary>
    internal static ByteLevelBpeTokenizer Read(
        ReadOnlyMemory<byte> vocabularyJson, IReadOnlyList<string> mergeLines, TokenizerConfig config)
    {
        bool hasVersion = mergeLines.Count > 0 && mergeLines[0].StartsWith("#version", StringComparison.Ordinal);
        string[] merges = [.. mergeLines.Skip(hasVersion ? 1 : 0).Where(line => line.Length > 0)];
        HuggingFaceFile.AddedToken[] listed = [.. config.AddedTokens.Select(
            token => new HuggingFaceFile.AddedToken(token.Id, token.Literal, token.IsSpecial))];
        string?[] tokens = HuggingFaceFile.Vocabulary(JsonFields.Parse(vocabularyJson, VocabularyName), listed);
        var merged = merges.Select(line => line.Replace(" ", "", StringComparison.Ordinal)).ToHashSet();
        var added = new AddedTokens();
        foreach (HuggingFaceFile.AddedToken token in listed)
        {
            added.Add(token.Literal, token.Id, token.IsSpecial);
        }

        var listedIds = listed.Select(token => token.Id).ToHashSet();
        var vocabulary = new ByteLevelVocabulary(tokens.Length);
        foreach (string? token in tokens)
        {
            bool isMarker = token is not null && AddedTokens.IsBracketed(token) && !merged.Contains(token);
            if (isMarker && !listedIds.Contains(vocabulary.Count))
            {
                added.Add(token!, vocabulary.Count, isSpecial: true);
            }

            vocabulary.Add(isMarker || listedIds.Contains(vocabulary.Count) ? null : token);
        }

        foreach (string merge in merges)
        {
            vocabulary.AddMerge(merge);
        }

        bool isQwen = config.Class.StartsWith("Qwen2", StringComparison.Ordinal);
        int? end = added.Special.TryGetValue("<|endoftext|>", out int id) ? id : null;
        return ByteLevelBpeTokenizer.Create(
            vocabulary.Build(takesWholePretokens: false),
            isQwen ? SplitPattern.Qwen2 : SplitPattern.Gpt2,
            added,
            config.Resolve(added.Special, new SpecialIds(end, end, end)),
            isQwen ? NormalizationForm.FormC : null);
    }
}
