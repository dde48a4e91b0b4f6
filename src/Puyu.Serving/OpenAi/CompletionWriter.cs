using System.Text;
using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>A choice of a whole answer.</summary>
internal sealed class CompletionChoice
{
    private readonly StringBuilder _text = new();
    private readonly List<TokenScore> _scores = [];
    private readonly List<int> _tokenIds = [];

    /// <summary>Everything, as one update.</summary>
    public CompletionUpdate Whole { get; private set; } = new();

    public void Add(CompletionUpdate update)
    {
        _text.Append(update.Text);
        _scores.AddRange(update.Scores);
        _tokenIds.AddRange(update.TokenIds);
        Whole = update with
        {
            Text = _text.ToString(),
            Scores = _scores,
            TokenIds = _tokenIds,
            PromptScores = Whole.PromptScores.Count > 0 ? Whole.PromptScores : update.PromptScores,
        };
    }
}

/// <summary>Writes completions of plain text, in pieces or whole.</summary>
internal sealed class CompletionWriter
{
    private readonly CompletionQuery _query;
    private readonly JsonEncodedText _id;
    private readonly JsonEncodedText _model;
    private readonly long _created;
    private readonly int[] _offsets;
    private readonly bool[] _begun;
    private readonly IReadOnlyList<TokenScore>[] _promptScores;

    public CompletionWriter(CompletionQuery query, long created)
    {
        _query = query;
        _created = created;
        _id = JsonEncodedText.Encode(InferenceCall.NewId("cmpl-"), JsonReply.Options.Encoder);
        _model = JsonEncodedText.Encode(query.Model, JsonReply.Options.Encoder);
        _offsets = new int[query.Completions.Count * query.Choices];
        _begun = new bool[_offsets.Length];
        _promptScores = new IReadOnlyList<TokenScore>[query.Completions.Count];
        Array.Fill(_promptScores, []);
        Usage = new Usage(query.Completions.Count);
    }

    public Usage Usage { get; }

    /// <summary>Writes one event.</summary>
    public void WriteChunk(Utf8JsonWriter json, int prompt, CompletionUpdate update)
    {
        Usage.Add(update, prompt);
        WriteHead(json);
        WriteChoice(json, prompt, update);
        json.WriteEndArray();
        if (_query.IncludesUsage)
        {
            json.WriteNull("usage"u8);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the event that counts tokens.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        WriteHead(json);
        json.WriteEndArray();
        Usage.Write(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the whole answer.</summary>
    public void WriteAnswer(Utf8JsonWriter json, IReadOnlyList<CompletionChoice> choices)
    {
        WriteHead(json);
        for (int i = 0; i < choices.Count; i++)
        {
            WriteChoice(json, i / _query.Choices, choices[i].Whole with { Choice = i % _query.Choices });
        }

        json.WriteEndArray();
        Usage.Write(json);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _model);
        json.WriteStartArray("choices"u8);
    }

    private void WriteChoice(Utf8JsonWriter json, int prompt, CompletionUpdate update)
    {
        // The engine scores a prompt once, for its first choice; each choice repeats it.
        if (update.PromptScores.Count > 0)
        {
            _promptScores[prompt] = update.PromptScores;
        }

        int index = (prompt * _query.Choices) + update.Choice;
        bool echoes = !_begun[index] && _query.Echoes.Count > 0;
        _begun[index] = true;
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteString("text"u8, echoes ? _query.Echoes[prompt] + update.Text : update.Text);
        if (_query.Scores)
        {
            IReadOnlyList<TokenScore> before = echoes ? _promptScores[prompt] : [];
            _offsets[index] = ScoreJson.WriteText(
                json, [.. before, .. update.Scores], _offsets[index], beginsText: before.Count > 0);
        }
        else
        {
            json.WriteNull("logprobs"u8);
        }

        json.WriteString(
            "finish_reason"u8, update.FinishReason is { } reason ? ChatMessage.NameOf(reason, calls: false) : null);
        WriteExtras(json, update);
        json.WriteEndObject();
    }

    private void WriteExtras(Utf8JsonWriter json, CompletionUpdate update)
    {
        if (update.FinishReason == FinishReason.Aborted || update.StopString is not null)
        {
            json.WriteString("stop_reason"u8, update.StopString ?? "aborted");
        }

        if (_query.IncludesTokenIds)
        {
            ChatRoute.WriteTokenIds(json, update.TokenIds);
        }
    }
}
