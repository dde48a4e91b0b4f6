using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Puyu.Data.Formats;

/// <summary>Reads documents from JSON objects.</summary>
/// <remarks>
/// Of members with the same name the last counts. What the schema does not know is metadata: strings as they are, other
/// values as their JSON, null as absent.
/// </remarks>
internal sealed class DocumentJson(JsonSchema schema)
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _text = Encoding.UTF8.GetBytes(schema.Text);
    private readonly byte[] _id = Encoding.UTF8.GetBytes(schema.Id);
    private readonly byte[][] _scores = [.. schema.Scores.Select(score => Encoding.UTF8.GetBytes(score.Name))];

    /// <summary>Reads an object.</summary>
    /// <param name="json">The object and white space.</param>
    /// <param name="place">Where it was read.</param>
    /// <param name="problem">Why there is no document; null if there is one.</param>
    public Document? Parse(ReadOnlySpan<byte> json, DocumentSource place, out string? problem)
    {
        problem = null;
        try
        {
            return Parse(json) is { } document
                ? document with { Source = place }
                : throw new InvalidDataException($"the object lacks the string \"{schema.Text}\"");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or InvalidDataException)
        {
            // InvalidOperationException is what the reader says of bad UTF-8 and of halves of surrogate pairs.
            problem = wrong is InvalidDataException ? wrong.Message : $"the line is no JSON object: {wrong.Message}";
            return null;
        }
        catch (DecoderFallbackException wrong)
        {
            problem = $"the line is not UTF-8: {wrong.Message}";
            return null;
        }
    }

    private Document? Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidDataException("the line must be a JSON object");
        }

        var parts = new Parts();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader, json, ref parts);
        }

        if (reader.Read())
        {
            throw new InvalidDataException("more follows the JSON object");
        }

        return parts.Text is null ? null : new Document(parts.Id ?? ContentId.Of(parts.Text), parts.Text)
        {
            Metadata = parts.Metadata?.ToImmutable() ?? Document.NoMetadata,
            Scores = parts.Scores is null ? [] : [.. parts.Scores],
            Spans = parts.Spans,
        };
    }

    private void ReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Parts parts)
    {
        bool isText = reader.ValueTextEquals(_text);
        if (isText || reader.ValueTextEquals(_id))
        {
            reader.Read();
            if (isText)
            {
                parts.Text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }
            else
            {
                parts.Id = Value(ref reader, json);
            }

            return;
        }

        int score = ScoreAt(ref reader);
        if (score >= 0)
        {
            reader.Read();
            ReadScore(ref reader, json, schema.Scores[score], ref parts);
        }
        else if (!schema.IsNested || !TryReadNested(ref reader, json, ref parts))
        {
            AddMetadata(ref reader, json, ref parts);
        }
    }

    private int ScoreAt(ref Utf8JsonReader reader)
    {
        for (int i = 0; i < _scores.Length; i++)
        {
            if (reader.ValueTextEquals(_scores[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static void ReadScore(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, (string Name, bool HigherIsBetter) score, ref Parts parts)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out float value))
        {
            parts.AddScore(new Score(score.Name, value, score.HigherIsBetter));
        }
        else if (Value(ref reader, json) is { } other)
        {
            parts.AddMetadata(score.Name, other);
        }
    }

    /// <summary>What <see cref="DocumentOutput"/> writes of metadata, scores and spans.</summary>
    private static bool TryReadNested(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Parts parts)
    {
        bool isMetadata = reader.ValueTextEquals("metadata"u8);
        bool isScores = reader.ValueTextEquals("scores"u8);
        if (!isMetadata && !isScores && !reader.ValueTextEquals("spans"u8))
        {
            return false;
        }

        Utf8JsonReader ahead = reader;
        ahead.Read();
        if (ahead.TokenType != (isMetadata ? JsonTokenType.StartObject : JsonTokenType.StartArray))
        {
            return false;
        }

        if (!isMetadata)
        {
            using JsonDocument array = JsonDocument.ParseValue(ref ahead);
            reader = ahead;
            parts.AddArray(array.RootElement, isScores);
            return true;
        }

        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            AddMetadata(ref ahead, json, ref parts);
        }

        reader = ahead;
        return true;
    }

    private static void AddMetadata(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Parts parts)
    {
        string name = reader.GetString()!;
        reader.Read();
        if (Value(ref reader, json) is { } value)
        {
            parts.AddMetadata(name, value);
        }
    }

    private static string? Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return reader.GetString();
            default:
                int first = (int)reader.TokenStartIndex;
                reader.Skip();
                return _strictUtf8.GetString(json[first..(int)reader.BytesConsumed]);
        }
    }

    /// <summary>A document while it is read.</summary>
    private struct Parts()
    {
        public string? Text;
        public string? Id;
        public ImmutableSortedDictionary<string, string>.Builder? Metadata;
        public List<Score>? Scores;
        public ImmutableArray<TextSpan> Spans = [];

        public void AddMetadata(string name, string value) =>
            (Metadata ??= Document.NoMetadata.ToBuilder())[name] = value;

        public void AddScore(Score score) => (Scores ??= []).Add(score);

        public void AddArray(JsonElement array, bool isScores)
        {
            try
            {
                if (isScores)
                {
                    Scores = [.. array.EnumerateArray().Select(ToScore)];
                }
                else
                {
                    Spans = [.. array.EnumerateArray().Select(ToSpan)];
                }
            }
            catch (Exception problem)
                when (problem is KeyNotFoundException or FormatException or InvalidOperationException)
            {
                throw new InvalidDataException(
                    $"\"{(isScores ? "scores" : "spans")}\" is not as written by jsonl: {problem.Message}", problem);
            }
        }

        private static Score ToScore(JsonElement score) => new(
            score.GetProperty("name").GetString() ?? "",
            score.GetProperty("value").GetSingle(),
            score.GetProperty("higherIsBetter").GetBoolean());

        private static TextSpan ToSpan(JsonElement span) => new(
            span.GetProperty("start").GetInt32(),
            span.GetProperty("length").GetInt32(),
            span.GetProperty("label").GetString() ?? "");
    }
}
