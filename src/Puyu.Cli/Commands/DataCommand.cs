using System.CommandLine;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data</c>: from raw documents to training data, with a ledger.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Make what filters documents: models and lists.")
    {
        DataTrainFilterCommand.Create(), DataTrainLanguagesCommand.Create(), DataTrainPerplexityCommand.Create(),
        DataBuildListCommand.Create(), DataReviewLongCommand.Create(),
    };
}
