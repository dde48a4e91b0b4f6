using Puyu.Abstractions;

namespace Puyu.Data.Pipeline;

/// <summary>Errors of options say where in the recipe the options stand.</summary>
internal static class RecipeErrors
{
    /// <summary>Runs a factory; bad options come out with the path in front.</summary>
    public static T At<T>(string path, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (OptionsException problem)
        {
            throw new OptionsException($"{path}: {problem.Message}");
        }
    }
}
