using Puyu.Abstractions;
using Puyu.Models.HuggingFace;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models;

/// <summary>Folders in Hugging Face's layout.</summary>
public static class ModelFolder
{
    /// <summary>Shards of more bytes than this are split unless said otherwise.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    /// <summary>Reads the configuration of a folder without its weights.</summary>
    /// <exception cref="InvalidDataException">
    /// config.json is missing, malformed or of an unknown architecture.
    /// </exception>
    public static ModelConfig ReadConfig(string folder) => ConfigReader.Read(folder);

    /// <summary>
    /// Writes weights, config.json and generation_config.json. The configuration comes last: a folder that has one is
    /// complete. Files of a tokenizer are the caller's.
    /// </summary>
    /// <param name="decoder">The model.</param>
    /// <param name="folder">Made if it does not exist.</param>
    /// <param name="dtype">Storage type of the weights in the files.</param>
    /// <param name="maxShardBytes">A model of more bytes is written in shards with an index.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OptionsException">
    /// <paramref name="dtype"/> is no float, or the shards are too small.
    /// </exception>
    public static void Save(
        Decoder decoder, string folder, DType dtype = DType.BF16, long maxShardBytes = DefaultMaxShardBytes)
    {
        var options = new SafetensorsOptions
        {
            Floats = dtype,
            MaxShardBytes = maxShardBytes,
            Metadata = new Dictionary<string, string> { ["format"] = "pt" },
        };
        Dictionary<string, Tensor> tensors = decoder.Parameters.ToDictionary(
            parameter => parameter.FileName, parameter => parameter.Value);
        SafetensorsFolder.Write(folder, tensors, options);
        decoder.Config.Save(folder, dtype);
    }
}
