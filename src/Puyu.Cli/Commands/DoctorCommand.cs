using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Puyu.Data.Documentation;
using Puyu.Tensors;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu doctor</c>: what this machine can do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Show what this machine can do, and measure how fast it is.");
        command.SetAction(_ => Examine(Console.Out));
        return command;
    }

    private static void Examine(TextWriter output)
    {
        int threads = Environment.ProcessorCount;
        Row("runtime", RuntimeInformation.FrameworkDescription);
        Row("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        Row("processors", threads.ToString(CultureInfo.InvariantCulture));
        Row("vectors", InstructionSets());
        Row(
            "4-bit weights",
            $"{KernelNames.QuantizedLinear(4, rows: 1)}; many rows {KernelNames.QuantizedLinear(4, rows: 512)}");
        Row("memory", Invariant($"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:F1} GB"));
        Row("peak, 1 thread", Invariant($"{PeakFlops.Measure(1) / 1e9:F0} GFLOP/s float32"));
        if (threads > 1)
        {
            Row(
                Invariant($"peak, {threads} threads"),
                Invariant($"{PeakFlops.Measure(threads) / 1e9:F0} GFLOP/s float32"));
        }

        Row("read, 1 thread", Invariant($"{StreamRead.Measure(1) / 1e9:F1} GB/s"));
        if (threads > 1)
        {
            Row(Invariant($"read, {threads} threads"), Invariant($"{StreamRead.Measure(threads) / 1e9:F1} GB/s"));
        }

        IReadOnlyList<string> packs = ReferencePacks.Find();
        Row("documentation", packs.Count > 0
            ? string.Join(", ", packs)
            : "none: quickstart needs --corpus with a folder of .xml, .txt, .md or .jsonl documents");

        void Row(string name, string value) => output.WriteLine($"{name,-16}{value}");
    }

    private static string InstructionSets()
    {
        (string Name, bool IsSupported)[] sets =
        [
            ("AVX-512", Avx512F.IsSupported && Avx512BW.IsSupported), ("AVX2", Avx2.IsSupported),
            ("FMA", Fma.IsSupported), ("AVX-VNNI", AvxVnni.IsSupported), ("SSE4.1", Sse41.IsSupported),
            ("AdvSimd", AdvSimd.IsSupported),
        ];
        string[] supported = [.. sets.Where(set => set.IsSupported).Select(set => set.Name)];
        return supported.Length > 0 ? string.Join(", ", supported) : "none: portable code, slow";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
