namespace Puyu.Training;

/// <summary>A loss or a gradient is not finite. The last checkpoint is from before that.</summary>
/// <param name="step">The step that diverged, from 1; its update was not made.</param>
/// <param name="tensor">Name of the tensor at fault.</param>
/// <param name="message">The whole sentence.</param>
public sealed class TrainingDivergedException(int step, string tensor, string message) : Exception(message)
{
    /// <summary>The step that diverged, from 1; its update was not made.</summary>
    public int Step { get; } = step;

    /// <summary>
    /// Name of the first tensor found that is not finite, such as <c>gradient of layers.3.attention.qkv.weight</c>.
    /// </summary>
    public string Tensor { get; } = tensor;
}
