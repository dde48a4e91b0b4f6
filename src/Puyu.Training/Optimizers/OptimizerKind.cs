namespace Puyu.Training.Optimizers;

/// <summary>How gradients become changes of the weights.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW for every parameter.</summary>
    AdamW,

    /// <summary>Muon for the matrices inside the blocks, AdamW for embeddings, head, norms and biases.</summary>
    Muon,
}
