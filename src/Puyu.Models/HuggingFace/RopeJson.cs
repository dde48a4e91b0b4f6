using System.Text.Json.Nodes;
using Puyu.Tensors;

namespace Puyu.Models.HuggingFace;

/// <summary>Rotary position embedding in config.json.</summary>
internal static class RopeJson
{
    private const double DefaultTheta = 10_000;

    /// <summary>
    /// Reads <c>rope_theta</c> and <c>rope_scaling</c>, or <c>rope_parameters</c> with both, or the <c>rotary</c> of
    /// the first InternLM.
    /// </summary>
    public static RopeOptions Read(JsonFields fields)
    {
        int maxPositions = fields.Integer("max_position_embeddings") ?? 0;
        if (fields.Object("rotary") is { } rotary)
        {
            return new RopeOptions
            {
                Theta = rotary.Number("base") ?? DefaultTheta,
                Scaling = ReadScaling(rotary, maxPositions),
            };
        }

        JsonFields? parameters = fields.Object("rope_parameters");
        JsonFields? scaling = parameters ?? fields.Object("rope_scaling");
        return new RopeOptions
        {
            Theta = parameters?.Number("rope_theta") ?? fields.Number("rope_theta") ?? DefaultTheta,
            Scaling = scaling is null ? null : ReadScaling(scaling, maxPositions),
        };
    }

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public static void Write(ModelConfig config, JsonObject json)
    {
        JsonObject? scaling = config.Rope.Scaling is { } known ? Scaling(known, config.MaxPositions) : null;
        if (config.Architecture == ModelArchitecture.InternLm)
        {
            JsonObject rotary = scaling ?? new JsonObject { ["type"] = "origin" };
            rotary["base"] = config.Rope.Theta;
            json["rotary"] = rotary;
            return;
        }

        // InternLM2's own code insists on exactly a type and a factor; later code reads rope_type.
        if (scaling is not null && config.Architecture != ModelArchitecture.InternLm2)
        {
            scaling["rope_type"] = scaling["type"]!.GetValue<string>();
            scaling.Remove("type");
        }

        json["rope_theta"] = config.Rope.Theta;
        json["rope_scaling"] = scaling;
    }

    private static RopeScaling? ReadScaling(JsonFields json, int maxPositions)
    {
        string? type = json.Text("rope_type") ?? json.Text("type");
        double factor = json.Number("factor") ?? json.Number("scaling_factor") ?? 1;
        int original = json.Integer("original_max_position_embeddings") ?? maxPositions;
        switch (type)
        {
            case null or "default" or "origin":
                return null;
            case "linear":
                return new LinearRopeScaling { Factor = factor };
            case "dynamic":
                return new DynamicNtkRopeScaling { Factor = factor, MaxPositions = maxPositions };
            case "yarn":
                return ReadYarn(json, factor, original);
            case "llama3":
                return ReadLlama3(json, factor, original);
            default:
                json.Require(
                    false, $"rope_scaling has type '{type}' but must be default, linear, dynamic, yarn or llama3");
                return null;
        }
    }

    private static YarnRopeScaling ReadYarn(JsonFields json, double factor, int original)
    {
        json.Require(
            !json.Has("mscale") && !json.Has("mscale_all_dim"), "rope_scaling has mscale, which is not supported");
        return new YarnRopeScaling
        {
            Factor = factor,
            OriginalMaxPositions = original,
            BetaFast = json.Number("beta_fast") ?? 32,
            BetaSlow = json.Number("beta_slow") ?? 1,
            AttentionFactor = json.Number("attention_factor"),
        };
    }

    private static Llama3RopeScaling ReadLlama3(JsonFields json, double factor, int original) => new()
    {
        Factor = factor,
        OriginalMaxPositions = original,
        LowFrequencyFactor = json.Number("low_freq_factor") ?? 1,
        HighFrequencyFactor = json.Number("high_freq_factor") ?? 4,
    };

    private static JsonObject Scaling(RopeScaling scaling, int maxPositions)
    {
        var json = new JsonObject { ["type"] = "linear", ["factor"] = scaling.Factor };
        switch (scaling)
        {
            case LinearRopeScaling:
                break;
            case DynamicNtkRopeScaling dynamic when dynamic.MaxPositions == maxPositions:
                json["type"] = "dynamic";
                break;
            case YarnRopeScaling yarn:
                json["type"] = "yarn";
                json["original_max_position_embeddings"] = yarn.OriginalMaxPositions;
                json["beta_fast"] = yarn.BetaFast;
                json["beta_slow"] = yarn.BetaSlow;
                if (yarn.AttentionFactor is { } attentionFactor)
                {
                    json["attention_factor"] = attentionFactor;
                }

                break;
            case Llama3RopeScaling llama3:
                json["type"] = "llama3";
                json["original_max_position_embeddings"] = llama3.OriginalMaxPositions;
                json["low_freq_factor"] = llama3.LowFrequencyFactor;
                json["high_freq_factor"] = llama3.HighFrequencyFactor;
                break;
            default:
                throw new NotSupportedException(
                    $"{scaling} cannot be written to a config.json of {maxPositions} positions");
        }

        return json;
    }
}
