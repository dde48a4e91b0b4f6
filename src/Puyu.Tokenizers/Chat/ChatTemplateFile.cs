using Puyu.Tokenizers.Files;

namespace Puyu.Tokenizers.Chat;

/// <summary>Reads the Jinja chat template that a model comes with.</summary>
public static class ChatTemplateFile
{
    /// <summary>Key of the template in a GGUF file.</summary>
    internal const string GgufKey = "tokenizer.chat_template";

    /// <summary>The template as text; null where the model has none.</summary>
    /// <param name="path">
    /// A <c>.gguf</c> file; or a model folder, in which <c>chat_template.jinja</c> goes before the member
    /// <c>chat_template</c> of <c>tokenizer_config.json</c>. Of several named templates it is the one named default.
    /// </param>
    /// <exception cref="InvalidDataException">A file is damaged; says where and why.</exception>
    public static string? Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return ReadGguf(path);
        }

        string file = Path.Combine(path, "chat_template.jinja");
        return File.Exists(file) ? File.ReadAllText(file) : TokenizerConfig.Read(path).ChatTemplate;
    }

    private static string? ReadGguf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return GgufMetadata.Read(file, path, prefix: GgufKey).Find<string>(GgufKey);
    }
}
