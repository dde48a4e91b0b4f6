using System.CommandLine;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data</c>: from raw documents to training data, with a ledger.</summary>
internal static class DataCommand
{
    public static Command Create() => new(
        "data", "Make training data by a recipe, ask the ledger why a document is in it, and make what filters need.")
    {
        DataRecipeCommand.Create(), DataRunCommand.Create(), DataStatsCommand.Create(), DataExplainCommand.Create(),
        DataWhatIfCommand.Create(), DataFitCommand.Create(), DataDuplicatesCommand.Create(),
        DataTrainFilterCommand.Create(), DataTrainLanguagesCommand.Create(), DataTrainPerplexityCommand.Create(),
        DataBuildListCommand.Create(), DataBuildDecontaminationCommand.Create(), DataReviewLongCommand.Create(),
    };

    /// <summary>The folder of a run.</summary>
    public static Option<string> OutOption() => new("--out")
    {
        Description = "Folder of the run: finished files, ledger.db and, in work, what a rerun need not make again.",
        Required = true,
    };
}
