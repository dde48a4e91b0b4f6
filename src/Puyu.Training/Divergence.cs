using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Training;

/// <summary>Finds which tensor spoils a step.</summary>
internal static class Divergence
{
    /// <param name="step">This step, from 1.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="norm">Length of its gradient.</param>
    /// <param name="table">The parameters.</param>
    /// <exception cref="TrainingDivergedException">The loss or the norm is not finite.</exception>
    public static void ThrowIfAny(int step, double loss, double norm, ParameterTable table)
    {
        if (double.IsFinite(loss) && double.IsFinite(norm))
        {
            return;
        }

        string tensor = FirstAtFault(table);
        string what = double.IsFinite(loss) ? $"the gradient norm is {norm}" : $"the loss is {loss}";
        throw new TrainingDivergedException(
            step, tensor,
            FormattableString.Invariant(
                $"step {step} diverged: {what} and the first tensor that is not finite is {tensor}; ")
            + "resume from the last checkpoint with a lower learning rate");
    }

    /// <summary>
    /// A weight if one is not finite, since that spoils everything else; else the gradient that backward computed
    /// first, which is the last one of the table, whose order is that of the forward pass.
    /// </summary>
    private static string FirstAtFault(ParameterTable table)
    {
        foreach (Parameter parameter in table)
        {
            if (!IsFinite(parameter.Value))
            {
                return parameter.Name;
            }
        }

        for (int i = table.Count - 1; i >= 0; i--)
        {
            if (!IsFinite(table[i].Gradient!))
            {
                return $"gradient of {table[i].Name}";
            }
        }

        return "the loss";
    }

    private static bool IsFinite(Tensor x)
    {
        using Scope scope = x.Backend.BeginScope();
        return x.Backend.FirstNonFinite(scope.Cast(x, DType.F32)) is null;
    }
}
