namespace Puyu.Inference.Sampling;

/// <summary>Something with a probability and a place in an order.</summary>
/// <typeparam name="T">Itself.</typeparam>
internal interface IRanked<T> : IComparable<T>
{
    /// <summary>Probability, or what is to be summed in its place.</summary>
    float Weight { get; }
}
