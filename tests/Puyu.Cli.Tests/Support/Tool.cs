using System.Diagnostics;
using System.Globalization;

namespace Puyu.Cli.Tests.Support;

/// <summary>Runs the tool as a user does: as a process of its own.</summary>
internal static class Tool
{
    /// <summary>Runs one command line to its end.</summary>
    public static Result Run(params string[] arguments) => Run(heapBytes: 0, arguments);

    /// <summary>The same with a managed heap of so many bytes at most; 0 for no limit.</summary>
    public static Result Run(long heapBytes, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "puyu.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (heapBytes > 0)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = heapBytes.ToString("x", CultureInfo.InvariantCulture);
        }

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
