using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Puyu.Testing;

namespace Puyu.Benchmarks;

/// <summary>Writes what a benchmark prints to bench/results, under the machine, with the command that made it.</summary>
internal static class ResultFile
{
    public static void Write(string name, Action<TextWriter> benchmark)
    {
        var text = new StringBuilder();
        using (var writer = new Tee(text))
        {
            writer.WriteLine($"# {name}");
            writer.WriteLine();
            writer.WriteLine($"`dotnet run -c Release --project bench/Puyu.Benchmarks -- {name}`");
            writer.WriteLine();
            writer.WriteLine(
                $"{Processor()} ({Vectors()}), {Environment.ProcessorCount} processors; {RuntimeInformation.FrameworkDescription}; "
                + $"{RuntimeInformation.OSDescription}; {Date()}");
            writer.WriteLine();
            benchmark(writer);
        }

        string folder = Path.Combine(Repository.Root, "bench", "results", Slug($"{Processor()} {Vectors()}"));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), text.ToString());
    }

    /// <summary>Name of the processor as Linux gives it, or the architecture elsewhere.</summary>
    private static string Processor()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line.Split(':')[1].Trim();
    }

    /// <summary>The widest vectors that the kernels use: one name of a processor covers generations that differ.</summary>
    private static string Vectors() =>
        Avx512F.IsSupported ? "AVX512" : Avx2.IsSupported ? "AVX2" : "Vector128";

    private static string Slug(string name) => string.Join(
        '-', name.ToLowerInvariant().Split([' ', '(', ')', '@', '/', ','], StringSplitOptions.RemoveEmptyEntries));

    private static string Date() =>
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Shows what it keeps.</summary>
    private sealed class Tee(StringBuilder text) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            text.Append(value);
            Console.Write(value);
        }
    }
}
