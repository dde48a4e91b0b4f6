namespace Puyu.Cli;

/// <summary>The files that make up a tokenizer, to be copied beside a model.</summary>
internal static class TokenizerFiles
{
    private static readonly string[] _names =
    [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt",
    ];

    /// <summary>The tokenizer files of a folder, or the single file.</summary>
    /// <exception cref="FileNotFoundException">There is no tokenizer.</exception>
    public static IReadOnlyList<string> Of(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        string[] found = [.. _names.Select(name => Path.Combine(path, name)).Where(File.Exists)];
        return found.Length > 0
            ? found
            : throw new FileNotFoundException(
                $"{path} must be a tokenizer file, or a folder with one of {string.Join(", ", _names)}");
    }
}
