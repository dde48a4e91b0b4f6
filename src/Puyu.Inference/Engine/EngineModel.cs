using Puyu.Abstractions;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference.Engine;

/// <summary>What an engine serves: a way to its weights, and how its tokens are written.</summary>
/// <param name="Name">How requests call it.</param>
/// <param name="Load">Brings the weights into the memory of a backend, the same ones each time.</param>
/// <param name="Tokenizer">The one that the model was trained with.</param>
/// <param name="ChatTemplate">How it writes conversations; null if it does not chat.</param>
internal sealed record EngineModel(
    string Name, Func<Backend, Decoder> Load, Tokenizer Tokenizer, ChatTemplate? ChatTemplate)
{
    /// <summary>Options that the model's authors recommend.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Storage of the weights in words.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Opens a model folder: configuration and tokenizer at once, the weights when they are asked for.</summary>
    /// <param name="folder">In Hugging Face's layout.</param>
    /// <exception cref="InvalidDataException">A file is corrupt or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    public static EngineModel Open(string folder)
    {
        Tokenizer tokenizer = TokenizerFile.Load(folder);
        ModelConfig config = ModelConfig.Load(folder);
        return new EngineModel(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            backend => Decoder.Load(folder, backend), tokenizer, LocalLanguageModel.FamilyTemplate(config, tokenizer))
        {
            Sampling = GenerationDefaults.Read(folder),
        };
    }
}
