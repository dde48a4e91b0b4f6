using Puyu.Tokenizers.Files;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers;

/// <summary>Reads tokenizers from the files that models come with.</summary>
public static class TokenizerFile
{
    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">
    /// A file: SentencePiece <c>.model</c>, <c>tokenizer.json</c>, <c>.tiktoken</c>, <c>.gguf</c>, or one of
    /// <c>vocab.json</c> and <c>merges.txt</c> with the other beside it. Or a model folder, in which the first of
    /// <c>tokenizer.model</c>, <c>tokenizer.json</c>, the pair, a single <c>.tiktoken</c> and a single <c>.gguf</c> is
    /// read. A <c>tokenizer_config.json</c> beside them names special tokens and their roles.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file, or nothing to read in the folder.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or not supported; says where and why.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Directory.Exists(path) ? FindIn(path) : path;
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"'{file}' is the tokenizer to load but does not exist", file);
        }

        try
        {
            return LoadFile(file, Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (InvalidDataException invalid) when (!invalid.Message.Contains(file, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{file}: {invalid.Message}", invalid);
        }
    }

    private static Tokenizer LoadFile(string file, string folder) => Path.GetFileName(file) switch
    {
        VocabularyFiles.VocabularyName or VocabularyFiles.MergesName => VocabularyFiles.Load(folder),
        var name => Path.GetExtension(name) switch
        {
            ".model" => SentencePieceTokenizer.Create(SentencePieceConfig.Apply(
                SentencePieceFile.Read(File.ReadAllBytes(file)), TokenizerConfig.Read(folder))),
            ".json" => HuggingFaceFile.Load(file),
            ".tiktoken" => TiktokenFile.Load(file),
            ".gguf" => GgufVocabulary.Load(file),
            var extension => throw new InvalidDataException(
                $"'{file}' ends in '{extension}' but tokenizers end in .model, .json, .txt, .tiktoken or .gguf"),
        },
    };

    private static string FindIn(string folder)
    {
        string[] names = ["tokenizer.model", "tokenizer.json", VocabularyFiles.VocabularyName];
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? Single(folder, "*.tiktoken")
            ?? Single(folder, "*.model")
            ?? Single(folder, "*.gguf")
            ?? throw new FileNotFoundException(
                $"'{folder}' has no tokenizer: no {string.Join(", ", names)}, no single .tiktoken, .model or .gguf");
    }

    private static string? Single(string folder, string pattern)
    {
        string[] files = Directory.GetFiles(folder, pattern);
        return files.Length == 1 ? files[0] : null;
    }
}
