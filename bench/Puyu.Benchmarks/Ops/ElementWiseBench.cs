using System.Globalization;
using Puyu.Tensors;

namespace Puyu.Benchmarks.Ops;

/// <summary>
/// The ops that memory bounds, beside a copy of the same size by the same threads: bytes that must be read and written,
/// over the time. Tensors are larger than the caches.
/// </summary>
public static class ElementWiseBench
{
    private const int Rounds = 9;
    private const int Rows = 8192;
    private const int Width = 2048;
    private const int VocabSize = 4096;
    private const double Elements = (double)Rows * Width;

    /// <summary>Prints a table for 1 and 2 threads; takes about half a minute.</summary>
    public static void Run(TextWriter output)
    {
        foreach (int threads in (int[])[1, 2])
        {
            using var backend = new CpuBackend(threads);
            using Scope scope = backend.BeginScope();
            (string Name, double BytesPerElement, Action Work)[] work = [.. Work(backend, scope)];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{threads} threads, {Rows} × {Width} elements, each beside the copy, medians of {Rounds}"));
            output.WriteLine();
            output.WriteLine("| op | bytes an element | GB/s | of the copy |");
            output.WriteLine("| --- | --: | --: | --: |");
            Action copy = work[0].Work;
            foreach ((string name, double bytes, Action one) in work)
            {
                double[] seconds = Alternating.MedianSeconds(Rounds, copy, one);
                double rate = bytes * Elements / seconds[1] / 1e9;
                double ofCopy = 8 * Elements / seconds[0] / 1e9;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {bytes:0.#} | {rate:F1} | {100 * rate / ofCopy:F0} % |"));
            }
        }
    }

    private static IEnumerable<(string Name, double BytesPerElement, Action Work)> Work(CpuBackend backend, Scope scope)
    {
        Tensor a = Filled(scope, [Rows, Width]);
        Tensor b = Filled(scope, [Rows, Width]);
        Tensor c = Filled(scope, [Rows, Width]);
        Tensor d = Filled(scope, [Rows, Width]);
        Tensor e = Filled(scope, [Rows, Width]);
        Tensor weight = Filled(scope, [Width]);
        Tensor dWeight = Filled(scope, [Width]);
        Tensor table = Filled(scope, [VocabSize, Width]);
        Tensor tokenIds = scope.From<int>([.. Enumerable.Range(0, Rows).Select(t => t * 31 % VocabSize)], [Rows]);
        Tensor bf16 = scope.Cast(a, DType.BF16);
        Tensor f16 = scope.Cast(a, DType.F16);
        Tensor one = scope.Zeros([1]);
        var mask = new DropoutMask(0.1f, Seed: 1, Stream: 2);
        var step = new AdamWStep(1e-9, 0.9, 0.95, 1e-8, 0.1, 1, 1, 1);

        yield return ("copy", 8, () => backend.Cast(a, b));
        yield return ("add", 12, () => backend.AddForward(a, b, c));
        yield return ("F32 → BF16", 6, () => backend.Cast(a, bf16));
        yield return ("BF16 → F32", 6, () => backend.Cast(bf16, b));
        yield return ("F32 → F16", 6, () => backend.Cast(a, f16));
        yield return ("F16 → F32", 6, () => backend.Cast(f16, b));
        yield return ("embedding forward", 8, () => backend.EmbeddingForward(table, tokenIds, b));
        yield return ("embedding backward", 12, () => backend.EmbeddingBackward(tokenIds, a, table));
        yield return ("RMS norm forward", 8, () => backend.RmsNormForward(a, weight, 1e-5f, b));
        yield return ("RMS norm backward", 16, () => backend.RmsNormBackward(a, weight, 1e-5f, b, c, dWeight));
        yield return ("SwiGLU forward", 12, () => backend.SwiGluForward(a, b, c));
        yield return ("SwiGLU backward", 20, () => Overwriting(d, e, () => backend.SwiGluBackward(a, b, c, d, e)));
        yield return ("softmax forward", 8, () => backend.SoftmaxForward(a, b));
        yield return ("softmax backward", 16, () => backend.SoftmaxBackward(a, b, c));
        yield return ("dropout", 8, () => backend.DropoutForward(a, mask, b));
        yield return ("sum", 4, () => backend.ReduceForward(a, 1, one));
        yield return ("sum of squares", 4, () => backend.SumSquares(a));
        yield return ("first non-finite", 4, () => backend.FindNonFinite(a));
        yield return ("AdamW", 28, () => backend.AdamWUpdate(a, b, c, e, step, copy: null));
        yield return ("AdamW with BF16 copy", 30, () => backend.AdamWUpdate(a, b, c, e, step, bf16));
    }

    private static void Overwriting(Tensor first, Tensor second, Action work)
    {
        first.MarkZero();
        second.MarkZero();
        work();
    }

    private static Tensor Filled(Scope scope, Shape shape)
    {
        Tensor x = scope.Empty(shape);
        Span<float> elements = x.Span<float>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = 0.001f * (i % 1999);
        }

        return x;
    }
}
