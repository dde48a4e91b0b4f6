using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Puyu.Tensors;
using Puyu.Tensors.Threads;

namespace Puyu.Benchmarks.Ops;

/// <summary>Reads memory once, in order, and does next to nothing with it: what a kernel bound by memory can reach.</summary>
/// <param name="backend">Whose threads read.</param>
/// <param name="data">U8, larger than the caches; a multiple of 1 MiB.</param>
internal sealed unsafe class StreamRead(CpuBackend backend, Tensor data)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads all.</summary>
    public void Run()
    {
        var job = new Job { Data = data.Pointer<byte>() };
        backend.Workers.ForEach((int)(data.Count / PieceBytes), ref job);
    }

    private struct Job : IJob
    {
        public byte* Data;

        public readonly void Execute(int piece, int worker) => Consume(Read(Data + ((long)piece * PieceBytes)));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static long Read(byte* data)
        {
            Vector256<long> a = default, b = default, c = default, d = default;
            for (int i = 0; i < PieceBytes; i += 128)
            {
                a ^= Vector256.Load(data + i).AsInt64();
                b ^= Vector256.Load(data + i + 32).AsInt64();
                c ^= Vector256.Load(data + i + 64).AsInt64();
                d ^= Vector256.Load(data + i + 96).AsInt64();
            }

            return Vector256.Sum(a ^ b ^ c ^ d);
        }

        /// <summary>Keeps the JIT from dropping a result that nobody reads.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Consume(long result) => _ = result;
    }
}
