namespace Puyu.Models.HuggingFace;

/// <summary>Names of the files of a model folder beside its weights.</summary>
internal static class HuggingFaceFiles
{
    /// <summary>Sizes and variants.</summary>
    public const string Config = "config.json";

    /// <summary>Special tokens that generation heeds.</summary>
    public const string Generation = "generation_config.json";
}
