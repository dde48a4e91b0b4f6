namespace Puyu.Models;

/// <summary>What a parameter is: optimizers treat the groups differently.</summary>
public enum ParameterGroup
{
    /// <summary>Weight of a linear map inside a block.</summary>
    Matrix,

    /// <summary>A table with a row for each token of the vocabulary: the embedding and the output.</summary>
    Embedding,

    /// <summary>Weight of a norm.</summary>
    Norm,

    /// <summary>Bias of a linear map.</summary>
    Bias,
}
