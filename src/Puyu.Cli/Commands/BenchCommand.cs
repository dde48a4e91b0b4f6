using System.CommandLine;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu bench</c>: measures engines and servers.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure engines and servers.")
    {
        BenchEngineCommand.Create(), BenchPerplexityCommand.Create(), BenchServeCommand.Create(),
        MakeModelCommand.Create(),
    };
}
