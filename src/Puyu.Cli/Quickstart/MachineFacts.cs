using System.Reflection;
using System.Runtime.InteropServices;
using Puyu.Abstractions;

namespace Puyu.Cli.Quickstart;

/// <summary>The machine and the program.</summary>
/// <param name="Processor">Its name, or the architecture where it has none.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="System">The operating system.</param>
/// <param name="Version">Version of Puyu.</param>
/// <param name="PeakGigaflops">Measured float32 peak of these threads, GFLOP/s.</param>
internal sealed record MachineFacts(
    string Processor, int Threads, string Runtime, string System, string Version, double PeakGigaflops)
{
    /// <summary>Describes this machine.</summary>
    public static MachineFacts Read(int threads, double peakFlopsPerSecond) => new(
        ProcessorName(), threads, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
        typeof(Lineage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        peakFlopsPerSecond / 1e9);

    private static string ProcessorName()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
