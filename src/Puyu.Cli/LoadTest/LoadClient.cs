using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Puyu.Cli.LoadTest;

/// <summary>Sends completions to a server that speaks OpenAI's protocol, and takes their times.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <param name="options">Validated.</param>
    /// <param name="time">The clock.</param>
    public LoadClient(LoadOptions options, TimeProvider time)
    {
        string root = options.Server.ToString().TrimEnd('/');
        _time = time;
        _http = new HttpClient
        {
            BaseAddress = new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? root + "/" : root + "/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.ApiKey is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        }
    }

    /// <summary>The models that the server lists: name, and bytes of its weights where the server says so.</summary>
    public async Task<IReadOnlyList<(string Name, long? WeightBytes)>> ModelsAsync(CancellationToken cancellation)
    {
        JsonNode? list = await _http.GetFromJsonAsync<JsonNode>("models", cancellation);
        return [.. list!["data"]!.AsArray().Select(
            model => ((string)model!["id"]!, (long?)model["weight_bytes"]))];
    }

    /// <summary>Streams one completion of exactly a number of tokens.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="promptIds">The prompt.</param>
    /// <param name="tokens">Tokens to be drawn: the end of the text is ignored.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<RequestTiming> CompleteAsync(
        string model, IReadOnlyList<int> promptIds, int tokens, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["prompt"] = new JsonArray([.. promptIds.Select(id => (JsonNode)id)]),
            ["max_tokens"] = tokens,
            ["temperature"] = 0,
            ["ignore_eos"] = true,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        long sent = _time.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "completions");
            request.Content = JsonContent.Create(body);
            using HttpResponseMessage response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                return RequestTiming.Failed($"status {(int)response.StatusCode}");
            }

            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
            return await ReadAsync(stream, sent, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            // A load test goes on: failures are counted and shown.
            return RequestTiming.Failed(failure.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<RequestTiming> ReadAsync(Stream stream, long sent, CancellationToken cancellation)
    {
        var gaps = new List<TimeSpan>();
        TimeSpan? first = null;
        long last = sent;
        (int prompt, int completion) = (0, 0);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            using JsonDocument chunk = JsonDocument.Parse(item.Data);
            if (chunk.RootElement.TryGetProperty("error", out JsonElement error))
            {
                return RequestTiming.Failed(error.ToString());
            }

            if (chunk.RootElement.TryGetProperty("usage", out JsonElement usage)
                && usage.ValueKind == JsonValueKind.Object)
            {
                prompt = usage.GetProperty("prompt_tokens").GetInt32();
                completion = usage.GetProperty("completion_tokens").GetInt32();
            }

            if (chunk.RootElement.GetProperty("choices").GetArrayLength() > 0)
            {
                long now = _time.GetTimestamp();
                if (first is null)
                {
                    first = _time.GetElapsedTime(sent, now);
                }
                else
                {
                    gaps.Add(_time.GetElapsedTime(last, now));
                }

                last = now;
            }
        }

        TimeSpan total = _time.GetElapsedTime(sent, last);
        return first is { } began
            ? new RequestTiming(prompt, completion, began, total, gaps, Failure: null)
            : RequestTiming.Failed("the stream ended without a token");
    }
}
