using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Sends a response's events: each item is added, grows, and is done; then the response is.</summary>
internal sealed class ResponseEvents(ResponseWriter response, EventStream events)
{
    private int _sequence;
    private bool _begun;
    private ResponseItem? _open;

    /// <summary>Sends what an update brings.</summary>
    public async ValueTask WriteAsync(CompletionUpdate update)
    {
        if (!_begun)
        {
            _begun = true;
            await SendAsync("response.created", json => WriteResponse(json, "in_progress"));
            await SendAsync("response.in_progress", json => WriteResponse(json, "in_progress"));
        }

        foreach (MessagePart part in response.Read(update))
        {
            ResponseItem item = response.ItemOf(part, out bool isNew);
            if (isNew)
            {
                await OpenAsync(item);
            }

            if (part.Kind != MessagePartKind.Call)
            {
                item.Text.Append(part.Text);
                await GrowAsync(item, part.Text);
            }
        }
    }

    /// <summary>Sends that everything is done.</summary>
    public async ValueTask EndAsync()
    {
        if (response.Items.Count == 0)
        {
            await OpenAsync(response.AddEmpty());
        }

        await CloseAsync(response.Status);
        string status = response.Status;
        await SendAsync($"response.{status}", json => WriteResponse(json, status));
    }

    /// <summary>Sends that the response was broken off.</summary>
    public Task FailAsync(ApiException failure) => SendAsync("response.failed", json =>
    {
        json.WritePropertyName("response"u8);
        response.Write(json, "failed", failure);
    }).AsTask();

    private async ValueTask OpenAsync(ResponseItem item)
    {
        await CloseAsync("completed");
        _open = item;
        await SendAsync("response.output_item.added", json =>
        {
            json.WriteNumber("output_index"u8, IndexOf(item));
            json.WritePropertyName("item"u8);
            item.Write(json, "in_progress", isEmpty: true);
        });
        if (item.Tool is null)
        {
            await SendPartAsync("response.content_part.added", item, "");
        }
    }

    private ValueTask GrowAsync(ResponseItem item, string delta) => item.Tool is null
        ? SendAsync("response.output_text.delta", json =>
        {
            WritePlace(json, item, hasContent: true);
            json.WriteString("delta"u8, delta);
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        })
        : SendAsync("response.function_call_arguments.delta", json =>
        {
            WritePlace(json, item, hasContent: false);
            json.WriteString("delta"u8, delta);
        });

    private async ValueTask CloseAsync(string status)
    {
        if (_open is not { } item)
        {
            return;
        }

        string text = item.Text.ToString();
        if (item.Tool is null)
        {
            await SendAsync("response.output_text.done", json =>
            {
                WritePlace(json, item, hasContent: true);
                json.WriteString("text"u8, text);
                json.WriteStartArray("logprobs"u8);
                json.WriteEndArray();
            });
            await SendPartAsync("response.content_part.done", item, text);
        }
        else
        {
            await SendAsync("response.function_call_arguments.done", json =>
            {
                WritePlace(json, item, hasContent: false);
                json.WriteString("name"u8, item.Tool);
                json.WriteString("arguments"u8, text);
            });
        }

        await SendAsync("response.output_item.done", json =>
        {
            json.WriteNumber("output_index"u8, IndexOf(item));
            json.WritePropertyName("item"u8);
            item.Write(json, status);
        });
        _open = null;
    }

    private int IndexOf(ResponseItem item)
    {
        int index = response.Items.Count - 1;
        while (response.Items[index] != item)
        {
            index--;
        }

        return index;
    }

    private ValueTask SendPartAsync(string type, ResponseItem item, string text) => SendAsync(type, json =>
    {
        WritePlace(json, item, hasContent: true);
        json.WritePropertyName("part"u8);
        ResponseItem.WritePart(json, text);
    });

    private void WritePlace(Utf8JsonWriter json, ResponseItem item, bool hasContent)
    {
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, IndexOf(item));
        if (hasContent)
        {
            json.WriteNumber("content_index"u8, 0);
        }
    }

    private void WriteResponse(Utf8JsonWriter json, string status)
    {
        json.WritePropertyName("response"u8);
        response.Write(json, status);
    }

    private ValueTask SendAsync(string type, Action<Utf8JsonWriter> write) => events.WriteAsync(
        (Type: type, Number: _sequence++, write),
        static (json, item) =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, item.Type);
            json.WriteNumber("sequence_number"u8, item.Number);
            item.write(json);
            json.WriteEndObject();
        },
        type);
}
