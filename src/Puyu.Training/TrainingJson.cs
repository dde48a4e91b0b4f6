using System.Text.Json;
using System.Text.Json.Serialization;

namespace Puyu.Training;

/// <summary>How the files of a run are written: camelCase names, enumerations as text, nothing ignored.</summary>
internal static class TrainingJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}
