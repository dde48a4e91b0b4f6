using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models;

/// <summary>Writes models of random weights, to measure speed and memory at any size.</summary>
/// <remarks>
/// Memory stays at a shard, or a few megabytes for GGUF, whatever the size of the model. The same shape and seed give
/// the same bytes. A tokenizer whose vocabulary fits is <c>PairVocabulary</c>'s.
/// </remarks>
public static class RandomModel
{
    /// <summary>Shards of a folder are at most this large, unless a single tensor is larger.</summary>
    private const long ShardBytes = 1L << 30;

    private const int ChunkElements = 1 << 20;
    private const int SliceElements = 1 << 14;
    private const int ChunkBlocks = 1 << 16;
    private const int SliceBlocks = 1 << 10;

    /// <summary>Writes a Hugging Face folder.</summary>
    /// <param name="folder">Made if it does not exist.</param>
    /// <param name="shape">Validated.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="dtype">F32, BF16 or F16.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, ModelConfig shape, ulong seed, DType dtype = DType.BF16)
    {
        Directory.CreateDirectory(folder);
        using var backend = new CpuBackend(Environment.ProcessorCount);
        List<List<Parameter>> shards = Split(ParameterTable.Of(shape.Validated(), dtype), dtype);
        var fileOf = new JsonObject();
        for (int i = 0; i < shards.Count; i++)
        {
            string file = shards.Count == 1
                ? "model.safetensors"
                : $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            WriteShard(Path.Combine(folder, file), shards[i], backend, shape, seed);
            foreach (Parameter parameter in shards[i])
            {
                fileOf[parameter.FileName] = file;
            }
        }

        if (shards.Count > 1)
        {
            WriteIndex(folder, shards, fileOf, dtype);
        }

        shape.Save(folder, dtype);
    }

    /// <summary>Writes a GGUF file whose matrices, embedding and output are Q4_0.</summary>
    /// <param name="path">Replaced if it exists.</param>
    /// <param name="shape">Validated.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="tokenizer">As <see cref="GgufOptions.Tokenizer"/>.</param>
    /// <exception cref="OptionsException">Rows of the model are no multiples of 32.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteGguf(
        string path, ModelConfig shape, ulong seed, IReadOnlyList<KeyValuePair<string, object>> tokenizer)
    {
        var allOfFourBits = new GgufOptions { Type = GgufType.Q40, OutputType = GgufType.Q40, Tokenizer = tokenizer };
        GgufOptions options = allOfFourBits.Validated(shape.Validated());
        ParameterTable parameters = ParameterTable.Of(shape);
        bool interleaves = GgufConfig.Interleaves(GgufConfig.ArchitectureOf(shape));
        IEnumerable<GgufOutput> outputs = GgufPart.Of(shape, parameters, interleaves).Select(part =>
        {
            Parameter parameter = parameters[part.Parameter];
            BlockFormat format = GgufModel.FormatOf(parameter, options);
            int rows = part.Rows?.Length ?? parameter.Shape[0];
            Shape size = parameter.Shape.Rank == 1 ? [rows] : [rows, parameter.Shape[1]];
            var weights = new RandomWeights(parameter, shape, seed, part.Name);
            return new GgufOutput(part.Name, format, size, stream => Write(stream, size.Count, format, weights));
        });
        GgufWriter.Write(path, GgufModel.Keys(shape, options), [.. outputs]);
    }

    private static void Write(Stream stream, long count, BlockFormat format, RandomWeights weights)
    {
        if (!format.HoldsCodes)
        {
            float[] numbers = new float[count];
            weights.Fill(numbers, first: 0);
            stream.Write(MemoryMarshal.AsBytes<float>(numbers));
            return;
        }

        byte[] blocks = new byte[ChunkBlocks * format.Bytes];
        long blockCount = count / format.Weights;
        for (long first = 0; first < blockCount; first += ChunkBlocks)
        {
            int part = (int)Math.Min(ChunkBlocks, blockCount - first);
            long begin = first;
            Parallel.For(0, (part + SliceBlocks - 1) / SliceBlocks, slice =>
            {
                int from = slice * SliceBlocks;
                int length = Math.Min(SliceBlocks, part - from);
                weights.FillBlocks(blocks.AsSpan(from * format.Bytes, length * format.Bytes), begin + from);
            });
            stream.Write(blocks.AsSpan(0, part * format.Bytes));
        }
    }

    private static List<List<Parameter>> Split(ParameterTable parameters, DType dtype)
    {
        List<List<Parameter>> shards = [[]];
        long bytes = 0;
        foreach (Parameter parameter in parameters)
        {
            long own = parameter.Count * dtype.Size();
            if (bytes + own > ShardBytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(parameter);
            bytes += own;
        }

        return shards;
    }

    private static void WriteShard(
        string path, List<Parameter> parameters, CpuBackend backend, ModelConfig shape, ulong seed)
    {
        using Scope scope = backend.BeginScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Parameter parameter in parameters)
        {
            Tensor tensor = scope.Empty(parameter.Shape, parameter.DType);
            Fill(scope, tensor, new RandomWeights(parameter, shape, seed));
            tensors.Add(parameter.FileName, tensor);
        }

        var options = new SafetensorsOptions { Metadata = new Dictionary<string, string> { ["format"] = "pt" } };
        SafetensorsWriter.Write(path, tensors, options);
    }

    private static void Fill(Scope scope, Tensor tensor, RandomWeights weights)
    {
        Tensor flat = scope.View(tensor, [checked((int)tensor.Count)]);
        for (int first = 0; first < flat.Shape[0]; first += ChunkElements)
        {
            using Scope inner = scope.Begin();
            float[] numbers = new float[Math.Min(ChunkElements, flat.Shape[0] - first)];
            int begin = first;
            Parallel.For(0, (numbers.Length + SliceElements - 1) / SliceElements, slice =>
            {
                int from = slice * SliceElements;
                weights.Fill(numbers.AsSpan(from, Math.Min(SliceElements, numbers.Length - from)), begin + from);
            });
            inner.Copy(inner.From<float>(numbers, [numbers.Length]), inner.View(flat, [numbers.Length], first));
        }
    }

    private static void WriteIndex(string folder, List<List<Parameter>> shards, JsonObject fileOf, DType dtype)
    {
        long bytes = shards.Sum(shard => shard.Sum(parameter => parameter.Count * dtype.Size()));
        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = bytes },
            ["weight_map"] = fileOf,
        };
        AtomicFile.WriteText(Path.Combine(folder, "model.safetensors.index.json"), index.ToJsonString());
    }
}
