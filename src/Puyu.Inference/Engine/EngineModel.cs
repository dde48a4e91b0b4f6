using Puyu.Abstractions;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;

namespace Puyu.Inference.Engine;

/// <summary>What an engine serves: a way to its weights, and how its tokens are written.</summary>
/// <param name="Name">How requests call it.</param>
/// <param name="Load">Brings the weights into the memory of a backend, the same ones each time.</param>
/// <param name="Vocabulary">How its tokens are written, which may still be read while weights are.</param>
internal sealed record EngineModel(string Name, Func<Backend, Decoder> Load, Task<EngineVocabulary> Vocabulary)
{
    /// <inheritdoc cref="EngineModel"/>
    /// <param name="name">How requests call it.</param>
    /// <param name="load">Brings the weights into the memory of a backend, the same ones each time.</param>
    /// <param name="tokenizer">The one that the model was trained with.</param>
    /// <param name="chatTemplate">How it writes conversations; null if it does not chat.</param>
    public EngineModel(string name, Func<Backend, Decoder> load, Tokenizer tokenizer, ChatTemplate? chatTemplate)
        : this(name, load, Task.FromResult(new EngineVocabulary(tokenizer, chatTemplate)))
    {
    }

    /// <summary>The one that the model was trained with. Waits until it is read.</summary>
    /// <exception cref="InvalidDataException">A file is corrupt or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public Tokenizer Tokenizer => Vocabulary.GetAwaiter().GetResult().Tokenizer;

    /// <summary>How it writes conversations; null if it does not chat. Waits until it is read.</summary>
    /// <inheritdoc cref="Tokenizer" path="/exception"/>
    public ChatTemplate? ChatTemplate => Vocabulary.GetAwaiter().GetResult().ChatTemplate;

    /// <summary>Options that the model's authors recommend.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>A smaller model that proposes tokens; null for none.</summary>
    public EngineModel? Draft { get; init; }

    /// <summary>
    /// Opens a model: configuration at once, the tokenizer meanwhile, the weights when they are asked for.
    /// </summary>
    /// <param name="path">A folder in Hugging Face's layout, or a .gguf file.</param>
    /// <param name="options">Name, template and storage of the weights.</param>
    /// <exception cref="ArgumentException">There is no chat template of the name.</exception>
    /// <exception cref="InvalidDataException">A file is corrupt or contradicts another.</exception>
    /// <exception cref="FileNotFoundException">There is no model, or its folder lacks a file.</exception>
    public static EngineModel Open(string path, EngineOptions options)
    {
        ModelConfig config = DecoderFile.ReadConfig(path);
        var vocabulary = Task.Run(() => ReadVocabulary(path, config, options));
        bool isFolder = Directory.Exists(path);
        string file = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new EngineModel(
            isFolder ? Path.GetFileName(file) : Path.GetFileNameWithoutExtension(file),
            backend => DecoderFile.Load(path, backend, options.Weights, options.Report), vocabulary)
        {
            Sampling = isFolder ? GenerationDefaults.Read(path) : new SamplingOptions(),
            Draft = options.DraftModel is { } draft ? Open(draft, options with { DraftModel = null }) : null,
        };
    }

    /// <summary>
    /// Throws unless the ids of the draft model, if there is one, stand for what they stand for here.
    /// </summary>
    /// <exception cref="OptionsException">They do not.</exception>
    public void RequireDraftVocabulary()
    {
        if (Draft is null)
        {
            return;
        }

        if (Draft.Tokenizer.VocabSize != Tokenizer.VocabSize)
        {
            throw new OptionsException(
                $"{nameof(EngineOptions)}: DraftModel is {Draft.Name}, which has {Draft.Tokenizer.VocabSize} token ids "
                + $"but must have those of {Name}, which are {Tokenizer.VocabSize}");
        }

        for (int id = 0; id < Tokenizer.VocabSize; id++)
        {
            if (!Draft.Tokenizer.TokenBytes(id).SequenceEqual(Tokenizer.TokenBytes(id)))
            {
                throw new OptionsException(
                    $"{nameof(EngineOptions)}: DraftModel is {Draft.Name}, whose token {id} is another than that of "
                    + $"{Name}, but both must have the same vocabulary");
            }
        }
    }

    private static EngineVocabulary ReadVocabulary(string path, ModelConfig config, EngineOptions options)
    {
        Tokenizer tokenizer = TokenizerFile.Load(path);
        return new EngineVocabulary(tokenizer, options.ChatTemplate is { } name
            ? ChatTemplate.ByName(name)
            : ModelTemplate.Choose(path, config, tokenizer, options.Report));
    }
}

/// <summary>How the tokens of a model are written.</summary>
/// <param name="Tokenizer">The one that the model was trained with.</param>
/// <param name="ChatTemplate">How it writes conversations; null if it does not chat.</param>
internal sealed record EngineVocabulary(Tokenizer Tokenizer, ChatTemplate? ChatTemplate);
