using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Inference.Tests.Support;

/// <summary>Random adapters in PEFT's layout, and the models that they make of a model.</summary>
internal static class TinyAdapter
{
    private const int Rank = 4;
    private const float Alpha = 6;

    /// <summary>Writes an adapter for every linear map of a model, or some.</summary>
    public static string Write(
        TemporaryFolder root, string name, ModelConfig config, ulong seed, string only = "", string bias = "none")
    {
        string folder = Path.Combine(root.Root, name);
        Directory.CreateDirectory(folder);
        using var backend = new CpuBackend(1);
        using Scope scope = backend.BeginScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (Parameter parameter in Maps(config).Where(map => map.Name.Contains(only, StringComparison.Ordinal)))
        {
            (float[] a, float[] b) = Factors(parameter, seed);
            string key = $"base_model.model.{parameter.FileName[..^".weight".Length]}";
            tensors.Add($"{key}.lora_A.weight", scope.From<float>(a, [Rank, parameter.Shape[1]]));
            tensors.Add($"{key}.lora_B.weight", scope.From<float>(b, [parameter.Shape[0], Rank]));
        }

        SafetensorsFolder.Write(folder, tensors, new SafetensorsOptions());
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "adapter_model.safetensors"), true);
        File.WriteAllText(
            Path.Combine(folder, "adapter_config.json"),
            $$"""{"peft_type": "LORA", "r": {{Rank}}, "lora_alpha": {{Alpha}}, "bias": "{{bias}}"}""");
        return folder;
    }

    /// <summary>Adds to the weights of a model what the adapter of a seed changes.</summary>
    public static void Merge(Decoder decoder, ulong seed)
    {
        foreach (Parameter parameter in Maps(decoder.Config))
        {
            (float[] a, float[] b) = Factors(parameter, seed);
            Span<float> weight = decoder.Parameters[parameter.Name].Value.Span<float>();
            int inputs = parameter.Shape[1];
            for (int i = 0; i < weight.Length; i++)
            {
                double sum = 0;
                for (int r = 0; r < Rank; r++)
                {
                    sum += (double)b[(i / inputs * Rank) + r] * a[(r * inputs) + (i % inputs)];
                }

                weight[i] += (float)(sum * Alpha / Rank);
            }
        }
    }

    private static IEnumerable<Parameter> Maps(ModelConfig config) =>
        ParameterTable.Of(config).Where(parameter => parameter.Group == ParameterGroup.Matrix);

    private static (float[] A, float[] B) Factors(Parameter parameter, ulong seed)
    {
        ulong own = seed + ((ulong)parameter.Offset << 8);
        float[] a = Numbers.Uniform(Rank * parameter.Shape[1], own);
        float[] b = Numbers.Uniform(Rank * parameter.Shape[0], own + 1);
        return (a, [.. b.Select(x => x * 0.05f)]);
    }
}
