using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Models.Quantized;
using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Opens models for inference, whatever their format: see docs/formats.md.</summary>
public static class DecoderFile
{
    /// <summary>Opens a model.</summary>
    /// <param name="path">
    /// A <c>.gguf</c> file, a Hugging Face folder (real numbers, AWQ, GPTQ, compressed-tensors or SmoothQuant), or a
    /// folder with nothing of a model but a single <c>.gguf</c> file.
    /// </param>
    /// <param name="backend">A backend in the memory of the host.</param>
    /// <param name="options">How weights are kept; null keeps them as the files have them.</param>
    /// <param name="report">Told, in a sentence, what the user should know, such as that a cache was damaged.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">A file is corrupt or not supported; says where and why.</exception>
    /// <exception cref="OptionsException">The options or the sizes contradict themselves.</exception>
    /// <exception cref="IOException">A file cannot be read, or the cache not be written.</exception>
    public static Decoder Load(
        string path, Backend backend, WeightsOptions? options = null, Action<string>? report = null)
    {
        options = (options ?? new WeightsOptions()).Validated();
        var files = new OpenModel(Open(path));
        var packer = new WeightPacker(files.Source, backend, options);
        try
        {
            files.Cache = options.CacheFolder is null ? null : PackedCache.OpenOrBuild(packer, options, report);
        }
        catch
        {
            files.Dispose();
            throw;
        }

        return Decoder.Create(
            files.Source.Config, backend, (scope, parameter) => Attach(scope, parameter, packer, files.Cache), files);
    }

    /// <summary>Reads the configuration of a model that <see cref="Load"/> opens.</summary>
    /// <inheritdoc cref="Load"/>
    public static ModelConfig ReadConfig(string path)
    {
        using IWeightSource source = Open(path);
        return source.Config;
    }

    private static void Attach(Scope scope, Parameter parameter, WeightPacker packer, PackedCache? cache)
    {
        if (cache?.Find(parameter.Name) is { } mapped)
        {
            parameter.Attach(mapped);
        }
        else if (packer.Pack(scope, parameter, out Tensor? floats) is { } packed)
        {
            parameter.Attach(packed);
        }
        else
        {
            parameter.Attach(floats!);
        }
    }

    private static IWeightSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            string[] files = File.Exists(Path.Combine(path, "config.json")) ? [] : Directory.GetFiles(path, "*.gguf");
            return files.Length == 1 ? GgufWeights.Open(files[0]) : FolderWeights.Open(path);
        }

        return File.Exists(path)
            ? GgufWeights.Open(path)
            : throw new FileNotFoundException($"'{path}' is the model to open but does not exist", path);
    }

    /// <summary>What a decoder maps its weights from.</summary>
    private sealed class OpenModel(IWeightSource source) : IDisposable
    {
        public IWeightSource Source { get; } = source;

        public PackedCache? Cache { get; set; }

        public void Dispose()
        {
            Cache?.Dispose();
            Source.Dispose();
        }
    }
}
