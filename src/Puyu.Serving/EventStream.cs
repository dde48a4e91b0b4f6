using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Puyu.Serving;

/// <summary>Server-sent events, each a JSON value; comments where nothing else comes for long.</summary>
/// <remarks>
/// An event is written into the response's own buffer by one reused writer. A client that reads slowly holds up this
/// stream alone: the flush waits, and what the engine draws meanwhile waits in the request's queue.
/// </remarks>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly TimeSpan _keepAlive;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Utf8JsonWriter _json;
    private readonly ITimer _timer;
    private long _written;
    private bool _ended;

    public EventStream(HttpContext context, TimeProvider time, TimeSpan keepAlive, ILogger logger)
    {
        _context = context;
        _time = time;
        _keepAlive = keepAlive;
        _logger = logger;
        _json = new Utf8JsonWriter(context.Response.BodyWriter, JsonReply.Options);
        _written = time.GetTimestamp();
        _timer = time.CreateTimer(_ => _ = PingAsync(), state: null, keepAlive, keepAlive);
    }

    /// <summary>Sends an event.</summary>
    /// <param name="state">What it is about.</param>
    /// <param name="write">Writes its JSON.</param>
    /// <param name="name">Its name; null for none.</param>
    public async ValueTask WriteAsync<T>(T state, Action<Utf8JsonWriter, T> write, string? name = null)
    {
        await _turn.WaitAsync(_context.RequestAborted);
        try
        {
            Begin();
            if (name is not null)
            {
                Append("event: "u8);
                Append(Encoding.UTF8.GetBytes(name));
                Append("\n"u8);
            }

            Append("data: "u8);
            _json.Reset();
            write(_json, state);
            _json.Flush();
            Append("\n\n"u8);
            await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends <c>[DONE]</c>.</summary>
    public ValueTask EndAsync() => SendAsync("data: [DONE]\n\n"u8.ToArray());

    /// <summary>
    /// Runs what writes the events. If it fails once they have begun, an error event follows, and the connection is
    /// broken off: clients that do not know error events see a failure too.
    /// </summary>
    public async Task RunAsync(Func<EventStream, Task> write, Func<ApiException, Task>? report = null)
    {
        try
        {
            await write(this);
        }
        catch (Exception failure) when (
            _context.Response.HasStarted && !_context.RequestAborted.IsCancellationRequested)
        {
            ApiException error = ErrorPages.Describe(failure, _logger);
            await (report is null
                ? WriteAsync(error, static (json, error) => ErrorPages.Write(json, error)).AsTask()
                : report(error));
            throw new IOException("the stream of events was broken off", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        await _timer.DisposeAsync();

        // A comment that is being sent must be done before the response is.
        await _turn.WaitAsync();
        await _json.DisposeAsync();
        _turn.Dispose();
    }

    private void Begin()
    {
        if (_context.Response.HasStarted)
        {
            return;
        }

        IHeaderDictionary headers = _context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-cache";
        headers["X-Accel-Buffering"] = "no";
        _context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private async ValueTask SendAsync(byte[] bytes)
    {
        await _turn.WaitAsync(_context.RequestAborted);
        try
        {
            Begin();
            Append(bytes);
            await FlushAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask FlushAsync()
    {
        await _context.Response.BodyWriter.FlushAsync(_context.RequestAborted);
        _written = _time.GetTimestamp();
    }

    private void Append(ReadOnlySpan<byte> bytes) =>
        _context.Response.BodyWriter.Write(bytes);

    private async Task PingAsync()
    {
        try
        {
            if (!_ended && _time.GetElapsedTime(_written) >= _keepAlive)
            {
                await SendAsync(": ping\n\n"u8.ToArray());
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            // The stream ended or the client left between the timer and the writing.
        }
    }
}
