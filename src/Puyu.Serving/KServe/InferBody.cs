using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Puyu.Serving.KServe;

/// <summary>
/// Bodies of the protocol over HTTP: a JSON object; arrays stand in it, or behind it as raw bytes (the binary
/// extension).
/// </summary>
internal static class InferBody
{
    /// <summary>Header that says how long the JSON is, if raw bytes follow it.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>Reads a request.</summary>
    /// <param name="model">The model named in the path.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="jsonLength">Value of <see cref="LengthHeader"/>; null if it is not there.</param>
    /// <exception cref="ApiException">The body is malformed.</exception>
    public static InferenceCallData Read(string model, ReadOnlyMemory<byte> body, string? jsonLength)
    {
        int length = body.Length;
        if (jsonLength is not null && (!int.TryParse(
            jsonLength, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > body.Length))
        {
            throw ApiException.Invalid(
                $"{LengthHeader} is {jsonLength} but must be a number of bytes within the {body.Length} of the body",
                parameter: null);
        }

        JsonObject json = Parse(body[..length]);
        ReadOnlyMemory<byte> raw = body[length..];
        JsonArray inputs = json["inputs"] as JsonArray
            ?? throw ApiException.Invalid("inputs must be a list of tensors", "inputs");
        var tensors = new List<InferenceTensor>();
        foreach (JsonNode? input in inputs)
        {
            tensors.Add(ReadTensor(input as JsonObject
                ?? throw ApiException.Invalid("each of inputs must be an object", "inputs"), ref raw).Validated());
        }

        if (!raw.IsEmpty)
        {
            throw ApiException.Invalid($"{raw.Length} bytes of the body belong to no input", parameter: null);
        }

        return new InferenceCallData(
            model, json["id"]?.ToString() ?? "", json["parameters"] as JsonObject ?? [], tensors);
    }

    /// <summary>Reads the flat object of Triton's generate extension.</summary>
    /// <exception cref="ApiException">It is malformed.</exception>
    public static InferenceCallData ReadFlat(string model, ReadOnlyMemory<byte> body)
    {
        JsonObject json = Parse(body);
        if (json["text_input"] is not JsonValue text || text.GetValueKind() != JsonValueKind.String)
        {
            throw ApiException.Invalid("text_input must be a string", "text_input");
        }

        var parameters = new JsonObject();
        IEnumerable<KeyValuePair<string, JsonNode?>> members = json["parameters"] is JsonObject nested
            ? json.Concat(nested) : json;
        foreach ((string name, JsonNode? value) in members)
        {
            if (name is not ("id" or "text_input" or "stream" or "parameters"))
            {
                parameters[name] = value?.DeepClone();
            }
        }

        return new InferenceCallData(
            model, json["id"]?.ToString() ?? "", parameters,
            [InferenceTensor.OfStrings("text_input", text.GetValue<string>())]);
    }

    /// <summary>The JSON of an answer, arrays in it.</summary>
    public static JsonObject Answer(InferenceCallData call, IReadOnlyList<InferenceTensor> outputs)
    {
        var answer = new JsonObject { ["model_name"] = call.Model, ["model_version"] = "1" };
        if (call.Id.Length > 0)
        {
            answer["id"] = call.Id;
        }

        answer["outputs"] = new JsonArray([.. outputs.Select(output => new JsonObject
        {
            ["name"] = output.Name,
            ["datatype"] = output.Datatype.Name(),
            ["shape"] = new JsonArray([.. output.Shape.Select(size => JsonValue.Create(size))]),
            ["data"] = Data(output),
        })]);
        return answer;
    }

    /// <summary>The flat JSON of Triton's generate extension.</summary>
    public static JsonObject FlatAnswer(InferenceCallData call, IReadOnlyList<InferenceTensor> outputs)
    {
        var answer = new JsonObject { ["model_name"] = call.Model, ["model_version"] = "1" };
        foreach (InferenceTensor output in outputs)
        {
            answer[output.Name] = output is { Datatype: TensorDatatype.Bytes, Count: 1 }
                ? output.Strings()[0]
                : Data(output);
        }

        return answer;
    }

    private static JsonObject Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonNode.Parse(json.Span) as JsonObject
                ?? throw ApiException.Invalid("the body must be an object", parameter: null);
        }
        catch (JsonException failure)
        {
            throw ApiException.Invalid($"the body is not JSON: {failure.Message}", parameter: null);
        }
    }

    private static InferenceTensor ReadTensor(JsonObject input, ref ReadOnlyMemory<byte> raw)
    {
        string name = input["name"]?.ToString() ?? throw ApiException.Invalid("an input has no name", "inputs");
        TensorDatatype datatype = TensorDatatypes.Parse(input["datatype"]?.ToString() ?? "", name);
        if (input["shape"] is not JsonArray shape || !shape.All(size => size is JsonValue number
            && number.TryGetValue(out long _)))
        {
            throw ApiException.Invalid($"tensor \"{name}\" needs a shape, a list of integers", name);
        }

        long[] sizes = [.. shape.Select(size => size!.GetValue<long>())];
        if (input["parameters"]?["binary_data_size"] is JsonValue bytes)
        {
            if (!bytes.TryGetValue(out int size) || size < 0 || size > raw.Length)
            {
                throw ApiException.Invalid(
                    $"tensor \"{name}\" has {bytes} bytes behind the JSON, but {raw.Length} are left", name);
            }

            ReadOnlyMemory<byte> data = raw[..size];
            raw = raw[size..];
            return new InferenceTensor(name, datatype, sizes, data);
        }

        return new InferenceTensor(name, datatype, sizes, JsonElements.Read(input["data"], datatype, name));
    }

    private static JsonArray Data(InferenceTensor tensor) => tensor.Datatype == TensorDatatype.Bytes
        ? new JsonArray([.. tensor.Strings().Select(text => JsonValue.Create(text))])
        : new JsonArray([.. tensor.Integers().Select(number => JsonValue.Create(number))]);
}
