using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Reads members that are a text, texts, token ids, or several lists of those.</summary>
internal static class PromptFields
{
    /// <summary>The token ids of each; texts are encoded with the beginning-of-text token.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Read(
        Fields body, string name, IInferenceEngine engine, int maxPrompts)
    {
        IReadOnlyList<(JsonElement Value, string Path)> items = Items(body, name);
        if (items.Count == 0 || items.Count > maxPrompts)
        {
            throw Fields.OutOfRange(body.PathOf(name), $"{items.Count} items", $"must have 1 to {maxPrompts}");
        }

        int vocabSize = engine.Card.VocabSize;
        return [.. items.Select(item => TokenIdsOf(item.Value, item.Path, engine, vocabSize))];
    }

    /// <summary>The text of each, as it was given, or as its token ids are decoded.</summary>
    public static IReadOnlyList<string> Texts(Fields body, string name, IInferenceEngine engine) =>
        [.. Items(body, name).Select(item => item.Value.ValueKind == JsonValueKind.String
            ? Fields.TextOf(item.Value, item.Path)
            : engine.Decode(TokenIdsOf(item.Value, item.Path, engine, engine.Card.VocabSize)))];

    private static IReadOnlyList<(JsonElement Value, string Path)> Items(Fields body, string name)
    {
        JsonElement value = body.Get(name) ?? throw body.Missing(name);
        string path = body.PathOf(name);
        bool single = value.ValueKind != JsonValueKind.Array
            || (value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Number);
        return single ? [(value, path)] : Fields.ListOf(value, path);
    }

    private static IReadOnlyList<int> TokenIdsOf(JsonElement value, string path, IInferenceEngine engine, int vocabSize)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            string text = Fields.TextOf(value, path);
            IReadOnlyList<int> tokenIds = engine.Encode(text, addsBeginning: true);
            return tokenIds.Count > 0
                ? tokenIds
                : throw Fields.OutOfRange(path, "empty", "must have at least one token");
        }

        IReadOnlyList<(JsonElement Value, string Path)> items =
            Fields.ListOf(value, path, "a string or an array of token ids");
        return items.Count > 0
            ? [.. items.Select(item => Fields.IntegerOf(item.Value, item.Path, 0, vocabSize - 1))]
            : throw Fields.OutOfRange(path, "empty", "must have at least one token");
    }
}
