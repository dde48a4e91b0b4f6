namespace Puyu.Tensors;

/// <summary>Which operands of a matrix product are stored transposed. N: as it is, T: transposed.</summary>
public enum MatMulForm
{
    /// <summary><c>C = A · B</c> with A [M, K], B [K, N].</summary>
    NN,

    /// <summary><c>C = A · Bᵀ</c> with A [M, K], B [N, K]: activations times a weight [out, in].</summary>
    NT,

    /// <summary><c>C = Aᵀ · B</c> with A [K, M], B [K, N]: the gradient of a weight.</summary>
    TN,
}
