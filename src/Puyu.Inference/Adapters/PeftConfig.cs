using System.Text.Json;

namespace Puyu.Inference.Adapters;

/// <summary>What adapter_config.json says of an adapter.</summary>
/// <param name="Alpha">Numerator of the scale.</param>
/// <param name="UsesRootOfRank">Whether the scale divides by the root of the rank instead of the rank.</param>
internal readonly record struct PeftConfig(double Alpha, bool UsesRootOfRank)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or asks for what is not supported.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static PeftConfig Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            RequireSupported(path, root);
            return new PeftConfig(root.GetProperty("lora_alpha").GetDouble(), IsTrue(root, "use_rslora"));
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{path}: must be an object with lora_alpha: {exception.Message}", exception);
        }
    }

    /// <summary>Factor of a change.</summary>
    public float Scale(int rank) => (float)(Alpha / (UsesRootOfRank ? Math.Sqrt(rank) : rank));

    private static void RequireSupported(string path, JsonElement root)
    {
        string type = root.TryGetProperty("peft_type", out JsonElement value) ? value.GetString() ?? "" : "";
        Require(type == "LORA", $"{path}: peft_type is '{type}' but only LORA is supported");
        Require(!IsTrue(root, "use_dora"), $"{path}: use_dora is true but is not supported");
        Require(!IsTrue(root, "fan_in_fan_out"), $"{path}: fan_in_fan_out is true but is not supported");
        string bias = root.TryGetProperty("bias", out value) ? value.GetString() ?? "none" : "none";
        Require(bias == "none", $"{path}: bias is '{bias}' but only none is supported");
        Require(
            !root.TryGetProperty("alpha_pattern", out value) || value.ValueKind != JsonValueKind.Object
                || !value.EnumerateObject().Any(),
            $"{path}: alpha_pattern is given but is not supported");
    }

    private static bool IsTrue(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidDataException(message);
        }
    }
}
