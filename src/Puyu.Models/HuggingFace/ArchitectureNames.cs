namespace Puyu.Models.HuggingFace;

/// <summary>What config.json calls the architectures.</summary>
internal static class ArchitectureNames
{
    private static readonly (ModelArchitecture Architecture, string ClassName, string ModelType)[] _names =
    [
        (ModelArchitecture.InternLm2, "InternLM2ForCausalLM", "internlm2"),
        (ModelArchitecture.InternLm, "InternLMForCausalLM", "internlm"),
        (ModelArchitecture.InternLm3, "InternLM3ForCausalLM", "internlm3"),
        (ModelArchitecture.Llama, "LlamaForCausalLM", "llama"),
        (ModelArchitecture.Mistral, "MistralForCausalLM", "mistral"),
        (ModelArchitecture.Qwen2, "Qwen2ForCausalLM", "qwen2"),
    ];

    /// <summary>Names of all classes, for messages.</summary>
    public static string Supported { get; } = string.Join(", ", _names.Select(name => name.ClassName));

    /// <summary>The class and the type of an architecture.</summary>
    public static (string ClassName, string ModelType) Of(ModelArchitecture architecture)
    {
        (_, string className, string modelType) = _names.Single(name => name.Architecture == architecture);
        return (className, modelType);
    }

    /// <summary>
    /// Finds an architecture by its class, or by its type where no class is given: files of the smallest InternLM2 say
    /// type <c>internlm</c>, so the class decides.
    /// </summary>
    public static ModelArchitecture? Find(string? className, string? modelType)
    {
        foreach ((ModelArchitecture architecture, string knownClass, string knownType) in _names)
        {
            if (className is null ? modelType == knownType : className == knownClass)
            {
                return architecture;
            }
        }

        return null;
    }
}
