using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Files;

namespace Puyu.Tokenizers.Export;

/// <summary>
/// Writes byte-level tokenizers as tiktoken's rank files: lines of a token in base64, a space, and its rank.
/// </summary>
/// <remarks>
/// The format holds ordinary tokens alone. The split pattern, special tokens and roles must be given again when the
/// file is read, to <see cref="TiktokenFile.Load(string, SplitPattern, IReadOnlyDictionary{string, int})"/>.
/// </remarks>
public static class TiktokenRanks
{
    /// <summary>Writes a file.</summary>
    /// <param name="tokenizer">What to write; its merges must be in the order of its ids, as trained ones are.</param>
    /// <param name="path">The file; replaced as a whole or not at all.</param>
    /// <exception cref="ArgumentException">
    /// Ranks cannot say what the tokenizer does; names the token at fault.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(ByteLevelBpeTokenizer tokenizer, string path)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ThrowIfUnfit(tokenizer);
        var lines = new StringBuilder();
        for (int rank = 0; rank < tokenizer.Model.Tokens.Count; rank++)
        {
            if (!tokenizer.Model.Tokens[rank].IsEmpty)
            {
                lines.Append(Convert.ToBase64String(tokenizer.Model.Tokens[rank])).Append(' ')
                    .Append(rank.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
        }

        AtomicFile.WriteText(path, lines.ToString());
    }

    /// <summary>Builds the merges that readers will make of the ranks, and compares.</summary>
    private static void ThrowIfUnfit(ByteLevelBpeTokenizer tokenizer)
    {
        if (tokenizer.Normalization is { } form)
        {
            throw new ArgumentException(
                $"text is normalized to {form} before encoding but rank files have no normalization",
                nameof(tokenizer));
        }

        if (tokenizer.Added.Text.Count > 0)
        {
            (string literal, int id) = tokenizer.Added.Text.MinBy(token => token.Value);
            throw Unfit(id, $"'{literal}' is matched before merging but rank files have merges only");
        }

        ByteLevelModel model = tokenizer.Model;
        var read = ByteLevelModel.FromRanks(
            [.. Enumerable.Range(0, model.Tokens.Count).Select(id => model.Tokens[id].ToArray())]);
        int[] ranked = Results(read);
        int[] actual = Results(model);
        for (int i = 0; i < Math.Max(ranked.Length, actual.Length); i++)
        {
            if (i == ranked.Length || i == actual.Length || ranked[i] != actual[i])
            {
                throw Unfit(
                    i < actual.Length ? actual[i] : ranked[i],
                    $"merges as step {i} but rank files merge in the order of ids, wherever the bytes are a token's");
            }
        }

        foreach ((int left, int right) in model.Merges.Pairs)
        {
            model.Merges.Rank(left, right, out int merged);
            read.Merges.Rank(left, right, out int mergedByRank);
            if (merged != mergedByRank)
            {
                throw Unfit(merged, $"is merged from tokens {left} and {right} but its rank leads to another pair");
            }
        }

        if (!model.TakesWholePretokens && UnmergedToken(model) is int unmerged)
        {
            throw Unfit(unmerged, $"is the result of no merge but rank files make it of any pretoken with its bytes");
        }
    }

    /// <summary>The token that each merge makes, earliest first.</summary>
    private static int[] Results(ByteLevelModel model)
    {
        return [.. model.Merges.Pairs.Select(Step).OrderBy(step => step).Select(step => step.Merged)];

        (int Rank, int Merged) Step((int Left, int Right) pair) =>
            (model.Merges.Rank(pair.Left, pair.Right, out int merged), merged);
    }

    private static int? UnmergedToken(ByteLevelModel model)
    {
        var merged = Results(model).ToHashSet();
        int[] others = [.. Enumerable.Range(0, model.Tokens.Count)
            .Where(id => model.Tokens[id].Length > 1 && !merged.Contains(id))];
        return others.Length > 0 ? others[0] : null;
    }

    private static ArgumentException Unfit(int token, FormattableString what) => new(
        string.Create(CultureInfo.InvariantCulture, $"token {token} ") + FormattableString.Invariant(what));
}
