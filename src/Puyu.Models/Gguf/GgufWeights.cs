using Puyu.Models.Quantized;
using Puyu.Tensors;

namespace Puyu.Models.Gguf;

/// <summary>The weights of a model in a GGUF file.</summary>
internal sealed class GgufWeights : IWeightSource
{
    private const int MaxNames = 5;

    private readonly GgufFile _file;
    private readonly Dictionary<string, GgufPart> _partOf;

    private GgufWeights(GgufFile file, ModelConfig config, Dictionary<string, GgufPart> partOf)
    {
        (_file, Config, _partOf) = (file, config, partOf);
    }

    /// <inheritdoc/>
    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => [_file.Path];

    /// <summary>Maps a file and checks that it has the tensors of its configuration and no others.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is corrupt, of an unknown architecture, or its tensors are not those of its configuration.
    /// </exception>
    public static GgufWeights Open(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            ModelConfig config = GgufConfig.Read(file).Validated();
            ParameterTable parameters = ParameterTable.Of(config);
            bool interleaves = GgufConfig.Interleaves(file.Metadata.Text("general.architecture")!);
            GgufPart[] parts = [.. GgufPart.Of(config, parameters, interleaves)];
            RequireTensors(file, parts, parameters);
            return new GgufWeights(file, config, parts.ToDictionary(part => part.Parameter));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public StoredWeight Read(Scope scope, Parameter parameter)
    {
        GgufPart part = _partOf[parameter.Name];
        GgufTensor tensor = _file.Tensors[part.Name];
        return tensor.Format.HoldsCodes
            ? new StoredWeight(Floats: null, _file.ReadCodes(tensor, part.RowOf))
            : new StoredWeight(_file.ReadFloats(scope, tensor, part.RowOf), Codes: null);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void RequireTensors(GgufFile file, GgufPart[] parts, ParameterTable parameters)
    {
        string[] missing = [.. parts.Select(part => part.Name).Where(name => !file.Tensors.ContainsKey(name))];
        string[] extra = [.. file.Tensors.Keys.Except(parts.Select(part => part.Name))];
        if (missing.Length + extra.Length > 0)
        {
            throw new InvalidDataException(
                $"{file.Path} lacks {missing.Length} tensors of its configuration ({List(missing)}) "
                + $"and has {extra.Length} others ({List(extra)})");
        }

        foreach (GgufPart part in parts)
        {
            GgufTensor tensor = file.Tensors[part.Name];
            Parameter parameter = parameters[part.Parameter];
            if (tensor.Shape != parameter.Shape)
            {
                throw new InvalidDataException(
                    $"{file.Path}: {tensor.Name} is {tensor.Shape} but the configuration says {parameter.Shape}");
            }

            if (tensor.Format.HoldsCodes && parameter.Shape.Rank != 2)
            {
                throw new InvalidDataException(
                    $"{file.Path}: {tensor.Name} is {tensor.Format.Name} but norms and biases are real numbers");
            }
        }
    }

    private static string List(string[] names) => names.Length <= MaxNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaxNames))} and {names.Length - MaxNames} more";
}
