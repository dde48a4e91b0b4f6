namespace Puyu.Tensors;

/// <summary>Which kernels this processor computes with; which they are changes the time and not the result.</summary>
public static class KernelNames
{
    /// <summary>Those of products with packed weights.</summary>
    /// <param name="bits">Of a weight: 4 or 8.</param>
    /// <param name="rows">Rows of activations, at least 1.</param>
    public static string QuantizedLinear(int bits, int rows) => QuantizedKernels.Best(bits, rows).Name;
}
