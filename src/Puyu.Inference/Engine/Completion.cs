using System.Threading.Channels;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Engine;

/// <summary>A request while the engine works on it, and the way of its updates to the reader.</summary>
/// <remarks>
/// Written by the engine's thread. The channel itself has no bound: the engine draws nothing for a reader that lags
/// (<see cref="IsFull"/>), so that the last updates always find room.
/// </remarks>
internal sealed class Completion
{
    private readonly Channel<CompletionUpdate> _updates = Channel.CreateUnbounded<CompletionUpdate>();
    private readonly int _updateBuffer;
    private int _open;

    /// <param name="request">Validated.</param>
    /// <param name="promptIds">What its prompt became.</param>
    /// <param name="updateBuffer">Updates that are held for the reader.</param>
    public Completion(CompletionRequest request, int[] promptIds, int updateBuffer)
    {
        Request = request;
        PromptIds = promptIds;
        _updateBuffer = Math.Max(updateBuffer, 2 * request.Choices);
        _open = request.Choices;
    }

    /// <summary>What is asked.</summary>
    public CompletionRequest Request { get; }

    /// <summary>The tokens that are completed.</summary>
    public int[] PromptIds { get; }

    /// <summary>Tokens that end the completion.</summary>
    public required IReadOnlyCollection<int> StopIds { get; init; }

    /// <summary>The conversation that is continued; null for none.</summary>
    public Session? Session { get; init; }

    /// <summary>One for each choice; the others wait until the first has computed the prompt.</summary>
    public Sequence[] Sequences { get; set; } = [];

    /// <summary>The beams; null where tokens are drawn.</summary>
    public BeamGroup? Beams { get; init; }

    /// <summary>Whether the choices behind the first have begun.</summary>
    public bool HasForked { get; set; }

    /// <summary>Whether the request has left the queue.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether all is said.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether the reader lags.</summary>
    public bool IsFull => _updates.Reader.Count + _open > _updateBuffer;

    /// <summary>Whether a reader that lagged does no longer, so that the engine has to be told.</summary>
    public bool HasRoomAgain => _updates.Reader.Count + _open == _updateBuffer;

    /// <summary>The updates.</summary>
    public ChannelReader<CompletionUpdate> Updates => _updates.Reader;

    /// <summary>Whether an update that is not yet written will be the last of all.</summary>
    public bool IsLast(CompletionUpdate update) => update.FinishReason is not null && _open == 1;

    /// <summary>Hands an update to the reader.</summary>
    public void Write(CompletionUpdate update)
    {
        _updates.Writer.TryWrite(update);
        if (update.FinishReason is not null && --_open == 0)
        {
            Close(error: null);
        }
    }

    /// <summary>Ends the updates.</summary>
    /// <param name="error">Thrown at the reader; null if all went well.</param>
    public void Close(Exception? error)
    {
        IsClosed = true;
        _updates.Writer.TryComplete(error);
    }
}
