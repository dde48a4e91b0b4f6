using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Training.Optimizers;

/// <summary>The length of the gradient of all parameters together.</summary>
internal static class GradientNorm
{
    /// <summary>
    /// ‖g‖ = √Σ g², summed in double, within a parameter in the fixed order of the backend and over parameters in the
    /// order of the table. Not finite exactly if some gradient is not: the square of a float32 cannot overflow a
    /// double.
    /// </summary>
    public static double Of(ParameterTable table, Backend backend)
    {
        double sum = 0;
        for (int i = 0; i < table.Count; i++)
        {
            sum += backend.SumOfSquares(table[i].Gradient!);
        }

        return Math.Sqrt(sum);
    }

    /// <summary>min(1, c / ‖g‖), by which gradients are multiplied.</summary>
    public static double ClipScale(double norm, double? maxNorm) => norm > maxNorm ? maxNorm.Value / norm : 1;
}
