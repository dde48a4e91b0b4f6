using System.CommandLine;
using Puyu.Cli.Recipes;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu schema</c>: the JSON schema of recipes, which editors complete and check with.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON schema of training recipes (recipes/train.schema.json).");
        command.SetAction(_ => Console.Write(RecipeFile.Schema<TrainRecipe>()));
        return command;
    }
}
