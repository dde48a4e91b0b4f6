namespace Puyu.Training.Optimizers;

/// <summary>Which parameters weight decay pulls towards zero.</summary>
public enum DecayedParameters
{
    /// <summary>Matrices and embeddings; not norms and biases.</summary>
    Weights,

    /// <summary>Every parameter.</summary>
    All,
}
