using System.Buffers.Text;
using System.Globalization;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Files;

/// <summary>Reads tiktoken's rank files: lines of a token in base64, a space, and its rank, which is its id.</summary>
public static class TiktokenFile
{
    /// <summary>Ids that may be free between ranks, for special tokens.</summary>
    private const int MaxFreeIds = 1000;

    /// <summary>
    /// The files do not say which pattern and special tokens they are for; their number of ranks does.
    /// </summary>
    private static readonly Dictionary<int, Encoding> _knownByRanks = new()
    {
        [50256] = new("gpt2, r50k_base", SplitPattern.Gpt2, new() { ["<|endoftext|>"] = 50256 }),
        [100256] = new("cl100k_base", SplitPattern.Cl100k, new()
        {
            ["<|endoftext|>"] = 100257,
            ["<|fim_prefix|>"] = 100258,
            ["<|fim_middle|>"] = 100259,
            ["<|fim_suffix|>"] = 100260,
            ["<|endofprompt|>"] = 100276,
        }),
        [199998] = new("o200k_base", SplitPattern.O200k, new()
        {
            ["<|endoftext|>"] = 199999,
            ["<|endofprompt|>"] = 200018,
        }),
        [151643] = new("qwen", SplitPattern.Qwen2, new()
        {
            ["<|endoftext|>"] = 151643,
            ["<|im_start|>"] = 151644,
            ["<|im_end|>"] = 151645,
        }),
    };

    /// <summary>Reads a file whose encoding is known by its number of ranks: gpt2, cl100k, o200k, qwen.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or its number of ranks is another.</exception>
    public static ByteLevelBpeTokenizer Load(string path)
    {
        byte[][] tokens = Read(File.ReadAllBytes(path), path);
        int ranks = tokens.Count(token => token.Length > 0);
        if (!_knownByRanks.TryGetValue(ranks, out Encoding? encoding))
        {
            string known = string.Join(", ", _knownByRanks.Select(pair => $"{pair.Key} ({pair.Value.Name})"));
            throw new InvalidDataException(
                $"{path} has {ranks} ranks but must have one of {known}; load another with its pattern and specials");
        }

        return Create(path, tokens, encoding.Pattern, encoding.SpecialTokens);
    }

    /// <summary>Reads a file of any encoding.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pattern">How text is cut into pretokens.</param>
    /// <param name="specialTokens">Literal text to id.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ByteLevelBpeTokenizer Load(
        string path, SplitPattern pattern, IReadOnlyDictionary<string, int> specialTokens) =>
        Create(path, Read(File.ReadAllBytes(path), path), pattern, specialTokens);

    /// <summary>Tokens by rank; a free rank is empty.</summary>
    /// <exception cref="InvalidDataException">A line is no token and rank, or a rank is there twice.</exception>
    internal static byte[][] Read(ReadOnlySpan<byte> file, string name)
    {
        int lines = file.Count((byte)'\n') + 1;
        var tokens = new List<byte[]>(lines);
        int number = 0;
        foreach (Range range in file.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = file[range].TrimEnd((byte)'\r');
            if (!line.IsEmpty)
            {
                AddLine(line, tokens, lines + MaxFreeIds, $"{name}, line {number}");
            }
        }

        return [.. tokens];
    }

    private static void AddLine(ReadOnlySpan<byte> line, List<byte[]> tokens, int maxRanks, string place)
    {
        int space = line.IndexOf((byte)' ');
        if (space < 1 || !Base64.IsValid(line[..space], out int length) || length == 0)
        {
            throw new InvalidDataException($"{place}: the token is not base64 followed by a space");
        }

        if (!Utf8Parser.TryParse(line[(space + 1)..], out int rank, out int parsed) || parsed != line.Length - space - 1
            || rank < 0 || rank >= maxRanks)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"{place}: the rank is not an integer from 0 to {maxRanks - 1}"));
        }

        var token = new byte[length];
        Base64.DecodeFromUtf8(line[..space], token, out _, out _);
        while (tokens.Count <= rank)
        {
            tokens.Add([]);
        }

        if (tokens[rank].Length > 0)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"{place}: rank {rank} is there twice"));
        }

        tokens[rank] = token;
    }

    private static ByteLevelBpeTokenizer Create(
        string path, byte[][] tokens, SplitPattern pattern, IReadOnlyDictionary<string, int> specialTokens)
    {
        int? eos = specialTokens.TryGetValue("<|endoftext|>", out int id) ? id : null;
        try
        {
            return ByteLevelBpeTokenizer.Create(tokens, pattern, specialTokens, new SpecialIds(eos, eos, eos));
        }
        catch (ArgumentException invalid)
        {
            throw new InvalidDataException($"{path}: {invalid.Message}", invalid);
        }
    }

    private sealed record Encoding(string Name, SplitPattern Pattern, Dictionary<string, int> SpecialTokens);
}
