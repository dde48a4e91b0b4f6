using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Makes one stream of several.</summary>
internal static class UpdateMerge
{
    /// <summary>Streams that run at once: those of one request must not fill the engine's queue.</summary>
    private const int MaxConcurrent = 64;

    /// <summary>Updates as they come, each with the number of its stream; ends when all have, or one fails.</summary>
    public static async IAsyncEnumerable<(int Stream, CompletionUpdate Update)> MergeAsync(
        IReadOnlyList<IAsyncEnumerable<CompletionUpdate>> streams,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (streams.Count == 1)
        {
            await foreach (CompletionUpdate update in streams[0].WithCancellation(cancellation))
            {
                yield return (0, update);
            }

            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var merged = Channel.CreateUnbounded<(int, CompletionUpdate)>();
        Task pumps = PumpAllAsync(streams, merged.Writer, stop.Token);
        try
        {
            await foreach ((int, CompletionUpdate) item in merged.Reader.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await pumps;
        }
    }

    private static async Task PumpAllAsync(
        IReadOnlyList<IAsyncEnumerable<CompletionUpdate>> streams,
        ChannelWriter<(int, CompletionUpdate)> merged, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(MaxConcurrent);
        Task[] pumps = [.. streams.Select((stream, index) => PumpAsync(stream, index, merged, places, cancellation))];
        try
        {
            await Task.WhenAll(pumps);
            merged.TryComplete();
        }
        catch (Exception failure)
        {
            // Whoever reads the channel is told.
            merged.TryComplete(failure);
        }
    }

    private static async Task PumpAsync(
        IAsyncEnumerable<CompletionUpdate> stream, int index, ChannelWriter<(int, CompletionUpdate)> merged,
        SemaphoreSlim places, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            await foreach (CompletionUpdate update in stream.WithCancellation(cancellation))
            {
                await merged.WriteAsync((index, update), cancellation);
            }
        }
        catch (Exception failure) when (merged.TryComplete(failure))
        {
            // The first failure ends the stream at once; the others are cancelled by its reader.
        }
        finally
        {
            places.Release();
        }
    }
}
