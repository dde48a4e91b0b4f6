using Puyu.Tensors;

namespace Puyu.Models.Quantized;

/// <summary>The weights of a model in files of some format.</summary>
internal interface IWeightSource : IDisposable
{
    /// <summary>Sizes and variants.</summary>
    ModelConfig Config { get; }

    /// <summary>The files that the weights are in.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>Reads a parameter.</summary>
    /// <param name="scope">Owns real numbers, which must not be used after the source is disposed.</param>
    /// <param name="parameter">Of the table of <see cref="Config"/>.</param>
    /// <exception cref="InvalidDataException">The file breaks a rule of its format.</exception>
    StoredWeight Read(Scope scope, Parameter parameter);
}
