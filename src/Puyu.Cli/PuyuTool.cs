using System.CommandLine;
using Puyu.Cli.Commands;

namespace Puyu.Cli;

/// <summary>The <c>puyu</c> command line.</summary>
internal static class PuyuTool
{
    /// <summary>Parses and runs one command line.</summary>
    /// <returns>0: it worked; 1: it failed; 2: the line makes no sense; 130: it was interrupted.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("The whole chain of a large language model, from documents to a chat.")
        {
            QuickstartCommand.Create(),
            TrainCommand.Create(),
            PlanCommand.Create(),
            DataCommand.Create(),
            TokenizerCommand.Create(),
            ChatCommand.Create(),
            ServeCommand.Create(),
            QuantizeCommand.Create(),
            BenchCommand.Create(),
            LineageCommand.Create(),
            DoctorCommand.Create(),
            SchemaCommand.Create(),
        };
        ParseResult line = root.Parse(args);
        if (line.Errors.Count > 0)
        {
            foreach (var error in line.Errors)
            {
                await Console.Error.WriteLineAsync($"puyu: {error.Message}");
            }

            await Console.Error.WriteLineAsync("puyu: --help lists the commands and their options");
            return 2;
        }

        try
        {
            return await line.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
            });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("puyu: interrupted");
            return 130;
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            await Console.Error.WriteLineAsync($"puyu: {failure.Message}");
            return 1;
        }
    }
}
