using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.KServe;

/// <summary>A language model as the Open Inference Protocol sees it: arrays in, arrays out.</summary>
/// <remarks>
/// Inputs and outputs have the names of Triton's language-model backends: <c>text_input</c>, or <c>input_ids</c>, and
/// <c>sampling_parameters</c>, a JSON object; <c>stream</c> asks for one answer a token. Parameters of the request mean
/// the same as members of that object.
/// </remarks>
internal sealed class KServeModel(IInferenceEngine engine)
{
    /// <summary>What the model takes.</summary>
    public static IReadOnlyList<(string Name, TensorDatatype Datatype)> Inputs { get; } =
    [
        ("text_input", TensorDatatype.Bytes), ("input_ids", TensorDatatype.Int32),
        ("sampling_parameters", TensorDatatype.Bytes), ("stream", TensorDatatype.Bool),
    ];

    /// <summary>What the model gives.</summary>
    public static IReadOnlyList<(string Name, TensorDatatype Datatype)> Outputs { get; } =
    [
        ("text_output", TensorDatatype.Bytes), ("output_ids", TensorDatatype.Int32),
        ("finish_reason", TensorDatatype.Bytes),
    ];

    /// <summary>Whether the engine takes requests.</summary>
    public bool IsReady => !engine.IsSleeping;

    /// <summary>Name of the model.</summary>
    public string Name => engine.Card.Name;

    /// <summary>Returns a model's name if it is served here.</summary>
    /// <exception cref="ApiException">It is not.</exception>
    public string Require(string name)
    {
        string[] known = [engine.Card.Name, .. engine.Card.Adapters];
        return known.Contains(name) ? name : throw ApiException.UnknownModel(name, string.Join(", ", known));
    }

    /// <summary>Whether a call asks for one answer a token.</summary>
    public static bool Streams(InferenceCallData call) => call.Input("stream")?.Boolean() ?? false;

    /// <summary>Completes a prompt and answers once.</summary>
    public static async Task<IReadOnlyList<InferenceTensor>> CompleteAsync(InferenceCall place, InferenceCallData call)
    {
        var text = new StringBuilder();
        var ids = new List<int>();
        string finish = "";
        await foreach (CompletionUpdate update in UpdatesAsync(place, call))
        {
            text.Append(update.Text);
            ids.AddRange(update.TokenIds);
            finish = FinishOf(update) ?? finish;
        }

        return Answer(text.ToString(), [.. ids], finish);
    }

    /// <summary>Completes a prompt and answers at every update.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<InferenceTensor>> StreamAsync(
        InferenceCall place, InferenceCallData call)
    {
        await foreach (CompletionUpdate update in UpdatesAsync(place, call))
        {
            yield return Answer(update.Text, [.. update.TokenIds], FinishOf(update) ?? "");
        }
    }

    private static InferenceTensor[] Answer(string text, ReadOnlySpan<int> ids, string finish) =>
    [
        InferenceTensor.OfStrings("text_output", text), InferenceTensor.OfIntegers("output_ids", ids),
        InferenceTensor.OfStrings("finish_reason", finish),
    ];

    private static string? FinishOf(CompletionUpdate update) => update.FinishReason switch
    {
        null => null,
        FinishReason.Length => "length",
        FinishReason.Aborted => "abort",
        _ => "stop",
    };

    private static Prompt PromptOf(InferenceCallData call)
    {
        InferenceTensor? text = call.Input("text_input");
        InferenceTensor? ids = call.Input("input_ids");
        if ((text is null) == (ids is null))
        {
            throw ApiException.Invalid("exactly one of the inputs text_input and input_ids must be given", "inputs");
        }

        if (ids is not null)
        {
            return new Prompt.OfTokens(ids.Integers());
        }

        IReadOnlyList<string> texts = text!.Strings();
        return texts.Count == 1
            ? new Prompt.OfText(texts[0])
            : throw ApiException.Invalid(
                $"text_input has {texts.Count} elements but must have 1: send a request for each", "text_input");
    }

    private static JsonObject SamplingOf(InferenceCallData call)
    {
        var members = new JsonObject(call.Parameters.Select(member => KeyValuePair.Create(
            member.Key, member.Value?.DeepClone())));
        if (call.Input("sampling_parameters")?.Strings() is [string json])
        {
            try
            {
                foreach ((string name, JsonNode? value) in JsonNode.Parse(json)?.AsObject() ?? [])
                {
                    members[name] = value?.DeepClone();
                }
            }
            catch (Exception failure) when (failure is JsonException or InvalidOperationException)
            {
                throw ApiException.Invalid("sampling_parameters must be a JSON object", "sampling_parameters");
            }
        }

        return members;
    }

    private static IAsyncEnumerable<CompletionUpdate> UpdatesAsync(InferenceCall place, InferenceCallData call)
    {
        InferenceTensor? unknown = call.Inputs.FirstOrDefault(
            input => Inputs.All(known => known.Name != input.Name));
        if (unknown is not null)
        {
            throw ApiException.Invalid(
                $"there is no input \"{unknown.Name}\"; the model has "
                + string.Join(", ", Inputs.Select(known => known.Name)), unknown.Name);
        }

        return place.CompleteAsync(new CompletionRequest
        {
            Prompt = PromptOf(call),
            Sampling = KServeSampling.Read(SamplingOf(call), place.Card.Sampling),
            Adapter = place.AdapterOf(call.Model),
        });
    }
}
