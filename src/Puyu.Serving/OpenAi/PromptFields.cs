using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>A prompt with its token ids.</summary>
/// <param name="Prompt">As the request gives it: whether it is text decides about a space after it.</param>
/// <param name="TokenIds">What it becomes.</param>
internal readonly record struct PromptItem(Prompt Prompt, IReadOnlyList<int> TokenIds);

/// <summary>Reads members that are a text, texts, token ids, or several lists of those.</summary>
internal static class PromptFields
{
    /// <summary>Each prompt; texts are encoded with the beginning-of-text token.</summary>
    public static IReadOnlyList<PromptItem> Read(
        Fields body, string name, IInferenceEngine engine, int maxPrompts)
    {
        IReadOnlyList<(JsonElement Value, string Path)> items = Items(body, name);
        if (items.Count == 0 || items.Count > maxPrompts)
        {
            throw Fields.OutOfRange(body.PathOf(name), $"{items.Count} items", $"must have 1 to {maxPrompts}");
        }

        int vocabSize = engine.Card.VocabSize;
        return [.. items.Select(item => Of(item.Value, item.Path, engine, vocabSize))];
    }

    /// <summary>The text of each, as it was given, or as its token ids are decoded.</summary>
    public static IReadOnlyList<string> Texts(Fields body, string name, IInferenceEngine engine) =>
        [.. Items(body, name).Select(item => item.Value.ValueKind == JsonValueKind.String
            ? Fields.TextOf(item.Value, item.Path)
            : engine.Decode(Of(item.Value, item.Path, engine, engine.Card.VocabSize).TokenIds))];

    private static IReadOnlyList<(JsonElement Value, string Path)> Items(Fields body, string name)
    {
        JsonElement value = body.Get(name) ?? throw body.Missing(name);
        string path = body.PathOf(name);
        bool single = value.ValueKind != JsonValueKind.Array
            || (value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Number);
        return single ? [(value, path)] : Fields.ListOf(value, path);
    }

    private static PromptItem Of(JsonElement value, string path, IInferenceEngine engine, int vocabSize)
    {
        PromptItem item;
        if (value.ValueKind == JsonValueKind.String)
        {
            string text = Fields.TextOf(value, path);
            item = new PromptItem(new Prompt.OfText(text), engine.Encode(text, addsBeginning: true));
        }
        else
        {
            int[] tokenIds = [.. Fields.ListOf(value, path, "a string or an array of token ids").Select(
                id => Fields.IntegerOf(id.Value, id.Path, 0, vocabSize - 1))];
            item = new PromptItem(new Prompt.OfTokens(tokenIds), tokenIds);
        }

        return item.TokenIds.Count > 0
            ? item
            : throw Fields.OutOfRange(path, "empty", "must have at least one token");
    }
}
