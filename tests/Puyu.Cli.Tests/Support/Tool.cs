using System.Diagnostics;

namespace Puyu.Cli.Tests.Support;

/// <summary>Runs the tool as a user does: as a process of its own.</summary>
internal static class Tool
{
    /// <summary>Runs one command line to its end.</summary>
    public static Result Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "puyu.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output.Result, errors);
    }

    /// <summary>What a command line left.</summary>
    public sealed record Result(int Status, string Output, string Errors);
}
