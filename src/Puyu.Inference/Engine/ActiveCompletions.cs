using Puyu.Abstractions.Engine;
using Puyu.Inference.Adapters;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Engine;

/// <summary>The requests that an engine is working on, and how they end.</summary>
/// <remarks>Used by the engine's thread, but for <see cref="Queued"/>.</remarks>
/// <param name="sessions">Get their tokens back.</param>
/// <param name="adapters">Are given back.</param>
internal sealed class ActiveCompletions(SessionTable sessions, AdapterTable adapters)
{
    private readonly HashSet<Completion> _completions = [];

    /// <summary>Sequences that complete nothing.</summary>
    private readonly HashSet<Sequence> _others = [];

    private int _queued;

    /// <summary>Whose sequences these are; changes when the engine wakes.</summary>
    public required Scheduler Scheduler { get; set; }

    /// <summary>Requests that have not begun. May be read by any thread.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Counts a request that will come; any thread may say so.</summary>
    public int Enqueue() => Interlocked.Increment(ref _queued);

    /// <summary>Counts a request that has begun or will not come; any thread may say so.</summary>
    public void Dequeue() => Interlocked.Decrement(ref _queued);

    /// <summary>Begins to work on a request.</summary>
    public void Add(Completion completion)
    {
        _completions.Add(completion);
        Scheduler.Add(completion.Sequences[0]);
    }

    /// <summary>Begins to work on a sequence that completes nothing.</summary>
    public void Add(Sequence sequence)
    {
        _others.Add(sequence);
        Scheduler.Add(sequence);
    }

    /// <summary>Notes that a sequence has joined the batch for the first time.</summary>
    public void Begin(Sequence sequence)
    {
        if (sequence.Choice is { Completion: { HasBegun: false } completion })
        {
            completion.HasBegun = true;
            Dequeue();
        }
    }

    /// <summary>Ends a sequence that completes nothing, and keeps its promise.</summary>
    public void Finish(Sequence sequence)
    {
        Remove(sequence);
        sequence.Promise!.TrySetResult();
    }

    /// <summary>Ends a choice and gives its blocks back.</summary>
    public void Finish(Sequence sequence, FinishReason reason)
    {
        Choice choice = sequence.Choice!;
        Scheduler.Remove(sequence);
        CompletionUpdate update = choice.TakeUpdate(sequence, reason);
        if (choice.Completion.IsLast(update))
        {
            Forget(choice.Completion); // before its reader hears of it, who may want the session again at once
        }

        choice.Completion.Write(update);
    }

    /// <summary>Ends a request with its best beams, of whose sequences none is left.</summary>
    public void Finish(Completion completion, IReadOnlyList<Beam> best, TokenTexts texts)
    {
        Sequence prompt = completion.Sequences[0];
        var updates = new List<CompletionUpdate>();
        for (int index = 0; index < completion.Request.Choices; index++)
        {
            int[] ids = best[index].TokenIds();
            bool isStopped = completion.StopIds.Contains(ids[^1]);
            var choice = new Choice(completion, index, texts);
            var sequence = new Sequence(completion.PromptIds, prompt.Salt, prompt.Priority, prompt.Arrival)
            {
                CachedTokens = prompt.CachedTokens,
            };
            foreach (int id in isStopped ? ids[..^1] : ids)
            {
                sequence.Append(id);
                if (choice.Append(new DrawnToken(id, null, default)))
                {
                    isStopped = true;
                    break;
                }
            }

            completion.Sequences = index == 0 ? [sequence] : completion.Sequences;
            updates.Add(choice.TakeUpdate(sequence, isStopped ? FinishReason.Stop : FinishReason.Length));
        }

        Forget(completion);
        updates.ForEach(completion.Write);
    }

    /// <summary>Ends a request with an exception at its reader.</summary>
    public void Fail(Completion completion, Exception exception)
    {
        Remove(completion);
        completion.Close(exception);
    }

    /// <summary>Ends a request whose reader has left.</summary>
    public void Cancel(Completion completion)
    {
        if (!completion.IsClosed)
        {
            Remove(completion);
            completion.Close(error: null);
        }
    }

    /// <summary>Ends a sequence that completes nothing and that nobody waits for.</summary>
    public void Cancel(Sequence sequence)
    {
        if (_others.Contains(sequence))
        {
            Remove(sequence);
            sequence.Promise!.TrySetCanceled();
        }
    }

    /// <summary>Ends the requests of a session, or all.</summary>
    /// <returns>How many.</returns>
    public int Abort(string? sessionId)
    {
        Completion[] aborted = [.. _completions.Where(
            completion => sessionId is null || completion.Session?.Id == sessionId)];
        foreach (Completion completion in aborted)
        {
            Abort(completion);
        }

        return aborted.Length;
    }

    private void Abort(Completion completion)
    {
        if (completion.Beams is not null)
        {
            Array.ForEach(completion.Sequences, Scheduler.Remove);
            Forget(completion);
            for (int index = 0; index < completion.Request.Choices; index++)
            {
                completion.Write(new CompletionUpdate { Choice = index, FinishReason = FinishReason.Aborted });
            }

            return;
        }

        foreach (Sequence sequence in completion.Sequences)
        {
            if (!sequence.IsFinished)
            {
                Finish(sequence, FinishReason.Aborted);
            }
        }
    }

    /// <summary>Ends everything.</summary>
    /// <param name="error">For those who wait for sequences that complete nothing.</param>
    public void AbortAll(Exception error)
    {
        Abort(sessionId: null);
        foreach (Sequence sequence in _others.ToArray())
        {
            Fail(sequence, error);
        }
    }

    /// <summary>Ends everything that is in a step which failed.</summary>
    public void Fail(Exception exception)
    {
        foreach (Completion completion in _completions.Where(
            completion => completion.Sequences.Any(sequence => sequence.IsRunning)).ToArray())
        {
            Fail(completion, exception);
        }

        foreach (Sequence sequence in _others.Where(sequence => sequence.IsRunning).ToArray())
        {
            Fail(sequence, exception);
        }
    }

    private void Fail(Sequence sequence, Exception exception)
    {
        Remove(sequence);
        sequence.Promise!.TrySetException(exception);
    }

    private void Remove(Sequence sequence)
    {
        Scheduler.Remove(sequence);
        _others.Remove(sequence);
    }

    private void Remove(Completion completion)
    {
        foreach (Sequence sequence in completion.Sequences)
        {
            Scheduler.Remove(sequence);
        }

        Forget(completion);
    }

    private void Forget(Completion completion)
    {
        _completions.Remove(completion);
        adapters.Release(completion.Sequences[0].Salt.Adapter);
        if (!completion.HasBegun)
        {
            completion.HasBegun = true;
            Dequeue();
        }

        if (completion.Session is { } session)
        {
            Sequence sequence = completion.Sequences[0];
            sessions.End(session, sequence.CompletionLength > 0 ? sequence : null);
        }
    }
}
