using Puyu.Models;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference;

/// <summary>Chooses the chat template of a model that comes from files.</summary>
internal static class ModelTemplate
{
    /// <summary>The template that the model's files have, or else the one of its family.</summary>
    /// <param name="path">Folder or .gguf file of the model.</param>
    /// <param name="config">Of the model.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="report">Told of a template that is not known; null tells nobody.</param>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static ChatTemplate Choose(
        string path, ModelConfig config, Tokenizer tokenizer, Action<string>? report = null)
    {
        ChatTemplate family = OfFamily(config, tokenizer);
        if (ChatTemplateFile.Read(path) is not { } jinja)
        {
            return family;
        }

        if (ChatTemplate.FindByJinja(jinja) is { } own)
        {
            return own;
        }

        report?.Invoke(
            $"the chat template of {path} has markers of no known family, so it is replaced by {family.Name}");
        return family;
    }

    private static ChatTemplate OfFamily(ModelConfig config, Tokenizer tokenizer) => config.Architecture switch
    {
        ModelArchitecture.InternLm => ChatTemplate.InternLm,
        ModelArchitecture.Mistral => ChatTemplate.Mistral,
        ModelArchitecture.Qwen2 => ChatTemplate.Qwen,
        ModelArchitecture.Llama when tokenizer.SpecialTokens.ContainsKey("<|eot_id|>") => ChatTemplate.Llama3,
        ModelArchitecture.Llama => ChatTemplate.Llama2,
        _ => ChatTemplate.InternLm2,
    };
}
