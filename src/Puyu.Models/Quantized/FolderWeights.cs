using Puyu.Models.HuggingFace;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models.Quantized;

/// <summary>The weights of a Hugging Face folder, real numbers or quantized.</summary>
internal sealed class FolderWeights : IWeightSource
{
    private readonly SafetensorsFolder _files;
    private readonly QuantizationConfig? _quantization;

    private FolderWeights(ModelConfig config, SafetensorsFolder files, QuantizationConfig? quantization)
    {
        (Config, _files, _quantization) = (config, files, quantization);
    }

    /// <inheritdoc/>
    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files =>
    [
        .. Directory.GetFiles(_files.Folder, "*.safetensors").Order(StringComparer.Ordinal),
        Path.Combine(_files.Folder, HuggingFaceFiles.Config),
    ];

    /// <summary>Maps the files of a folder and checks their keys.</summary>
    /// <exception cref="InvalidDataException">
    /// A file is corrupt, or its keys and shapes are not those of the configuration.
    /// </exception>
    public static FolderWeights Open(string folder)
    {
        ModelConfig config = ModelConfig.Load(folder);
        QuantizationConfig? quantization = QuantizationConfig.Read(folder);
        var weights = new FolderWeights(config, SafetensorsFolder.Open(folder), quantization);
        try
        {
            weights.RequireKeys();
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public StoredWeight Read(Scope scope, Parameter parameter)
    {
        if (!IsQuantized(parameter))
        {
            return new StoredWeight(_files.Load(scope, parameter.FileName), Codes: null);
        }

        using Scope inner = scope.Begin();
        var files = new LinearFiles(_files, inner, ModuleOf(parameter));
        StoredWeight weight = _quantization!.Method switch
        {
            QuantizationMethod.Awq => AwqLayout.Read(files, parameter.Shape, _quantization),
            QuantizationMethod.Gptq => GptqLayout.Read(files, inner, parameter.Shape, _quantization),
            QuantizationMethod.CompressedTensors =>
                CompressedTensorsLayout.Read(files, inner, parameter.Shape, _quantization),
            _ => SmoothQuantLayout.Read(files, parameter.Shape, _quantization),
        };
        return weight with { Floats = weight.Floats is { } floats ? inner.Return(floats) : null };
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private static string ModuleOf(Parameter parameter) =>
        parameter.FileName[..parameter.FileName.LastIndexOf('.')];

    /// <summary>
    /// Whether the files have codes for a parameter: which maps stay real numbers is said by their keys, so lists of
    /// exceptions in the configuration need not be believed.
    /// </summary>
    private bool IsQuantized(Parameter parameter)
    {
        string module = ModuleOf(parameter);
        return _quantization is not null
            && parameter.Group is ParameterGroup.Matrix or ParameterGroup.Embedding
            && parameter.FileName.EndsWith(".weight", StringComparison.Ordinal)
            && _quantization.Method switch
            {
                QuantizationMethod.CompressedTensors => _files.Names.Contains($"{module}.weight_scale"),
                QuantizationMethod.SmoothQuant => _files.Names.Contains($"{module}.scale"),
                _ => _files.Names.Contains($"{module}.qweight"),
            };
    }

    private void RequireKeys()
    {
        ParameterTable parameters = ParameterTable.Of(Config);
        if (_quantization is null)
        {
            KeyCheck.Require(_files, parameters, Config);
            return;
        }

        HashSet<string> wanted = [.. parameters.SelectMany(KeysOf)];
        KeyCheck.RequireKeys(_files, wanted, Config);
        foreach (Parameter parameter in parameters.Where(parameter => !IsQuantized(parameter)))
        {
            KeyCheck.RequireEntry(_files, parameter);
        }
    }

    /// <summary>The keys that are there; those that are needed are looked for again when they are read.</summary>
    private IEnumerable<string> KeysOf(Parameter parameter)
    {
        if (!IsQuantized(parameter))
        {
            return [parameter.FileName];
        }

        string[] parts = _quantization!.Method switch
        {
            QuantizationMethod.Awq => AwqLayout.Parts,
            QuantizationMethod.Gptq => GptqLayout.Parts,
            QuantizationMethod.CompressedTensors => CompressedTensorsLayout.Parts,
            _ => SmoothQuantLayout.Parts,
        };
        return parts.Select(part => $"{ModuleOf(parameter)}.{part}").Where(_files.Names.Contains);
    }
}
