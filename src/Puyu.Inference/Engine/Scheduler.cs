using System.Diagnostics;
using Puyu.Inference.Caching;

namespace Puyu.Inference.Engine;

/// <summary>
/// Decides who computes what in the next step: first one token of each sequence that decodes, then prompts in chunks,
/// within a budget of tokens.
/// </summary>
/// <remarks>
/// <para>
/// Blocks that lack are taken from those that come later in the order: lower classes, then later requests. The first
/// sequence can take from everybody and fits the pool alone, so each step brings it forward.
/// </para>
/// <para>
/// A sequence joins only where its whole prompt finds room and every running one could begin a further block, so that
/// it does not chase others out at once. A paused sequence keeps its blocks until somebody wants them.
/// </para>
/// </remarks>
internal sealed class Scheduler(
    EngineOptions options, BlockPool pool, RopeLengths ropeLengths, Drafting drafting, Action<int, int> copyBlock,
    TimeProvider time)
{
    private readonly List<Sequence> _running = [];
    private readonly List<Sequence> _waiting = [];
    private readonly List<Sequence> _order = [];
    private readonly StepPlan _plan = new();

    /// <summary>Sequences in the batch.</summary>
    public int Running => _running.Count;

    /// <summary>Sequences that wait for room.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Sequences that gave their blocks to others.</summary>
    public long Preemptions { get; private set; }

    /// <summary>All sequences.</summary>
    public IEnumerable<Sequence> Sequences => _running.Concat(_waiting);

    /// <summary>Adds a sequence that has no blocks.</summary>
    public void Add(Sequence sequence)
    {
        sequence.WaitsSince = time.GetTimestamp();
        _waiting.Add(sequence);
    }

    /// <summary>Adds a sequence with blocks to the batch, or without them to those that wait if that is full.</summary>
    public void AddComputed(Sequence sequence)
    {
        if (_running.Count < options.MaxBatch)
        {
            Start(sequence);
            return;
        }

        GiveUp(sequence);
        Add(sequence);
    }

    /// <summary>Takes a sequence out and its blocks back.</summary>
    public void Remove(Sequence sequence)
    {
        if (!_running.Remove(sequence))
        {
            _waiting.Remove(sequence);
        }

        sequence.IsRunning = false;
        sequence.IsFinished = true;
        GiveUp(sequence);
    }

    /// <summary>Who computes what in the next step; empty if nobody can go on. Valid until the next call.</summary>
    public StepPlan Plan()
    {
        _plan.Clear();
        _order.Clear();
        _order.AddRange(_running);
        drafting.Propose(_order);
        foreach (Sequence sequence in _order)
        {
            if (sequence is { IsRunning: true, IsPaused: false, Pending: 1 } && TryMakeRoom(sequence, sequence.Count))
            {
                if (!pool.TryReserve(sequence.BlockTable, sequence.Count + sequence.DraftLength))
                {
                    sequence.DropDraft();
                }

                Schedule(sequence, 1 + sequence.DraftLength);
            }
        }

        foreach (Sequence sequence in _order)
        {
            if (sequence is { IsRunning: true, IsPaused: false, Pending: > 1 } && _plan.Tokens < options.TokensPerStep
                && TryMakeRoom(sequence, sequence.Count))
            {
                Schedule(sequence, Chunk(sequence));
            }
        }

        while (_plan.Tokens < options.TokensPerStep && NextWaiting() is { } next && TryStart(next))
        {
            Schedule(next, Chunk(next));
        }

        return _plan;
    }

    private int Chunk(Sequence sequence)
    {
        int tokens = Math.Min(sequence.Pending, options.TokensPerStep - _plan.Tokens);
        return Math.Min(tokens, ropeLengths.LongestChunk(sequence));
    }

    private void Schedule(Sequence sequence, int tokens) => _plan.Add(new ScheduledRows(
        sequence, sequence.Computed, tokens, ropeLengths.Of(sequence, sequence.Computed + tokens)));

    /// <summary>The first of those that wait and whose reader follows; waiting raises the class.</summary>
    private Sequence? NextWaiting()
    {
        Sequence? best = null;
        double bestRank = 0;
        long now = time.GetTimestamp();
        foreach (Sequence sequence in _waiting)
        {
            if (sequence.IsPaused)
            {
                continue;
            }

            double waited = time.GetElapsedTime(sequence.WaitsSince, now) / options.PriorityAgeing;
            double rank = sequence.Priority + Math.Floor(waited);
            if (best is null || rank > bestRank || (rank == bestRank && Sequence.Compare(sequence, best) < 0))
            {
                (best, bestRank) = (sequence, rank);
            }
        }

        return best;
    }

    /// <summary>Moves a sequence into the batch if there is a slot and room for all of its tokens.</summary>
    private bool TryStart(Sequence sequence)
    {
        if (options.CachesPrefixes)
        {
            sequence.Computed = pool.Match(
                sequence.Salt, sequence.TokenIds[..sequence.Reusable], sequence.BlockTable);
            sequence.KnownBlocks = sequence.BlockTable.Count;
        }

        while (!HasRoomToStart(sequence))
        {
            if (Victim(other => other.IsPaused || other.Priority < sequence.Priority) is not { } victim)
            {
                GiveUp(sequence);
                return false;
            }

            Preempt(victim);
        }

        bool hasRoom = pool.TryReserve(sequence.BlockTable, sequence.Count);
        Debug.Assert(hasRoom, "room was counted");
        _waiting.Remove(sequence);
        sequence.CachedTokens ??= sequence.Computed;
        Start(sequence);
        return true;
    }

    private bool HasRoomToStart(Sequence sequence)
    {
        int needed = pool.BlocksFor(sequence.Count) - sequence.BlockTable.Count;
        int watermark = _running.Count;
        return _running.Count < options.MaxBatch && needed + watermark <= pool.FreeCount;
    }

    private void Start(Sequence sequence)
    {
        int place = _running.FindIndex(other => Sequence.Compare(sequence, other) < 0);
        _running.Insert(place < 0 ? _running.Count : place, sequence);
        sequence.IsRunning = true;
    }

    /// <summary>Gives a running sequence blocks of its own for its next tokens, others' if need be.</summary>
    private bool TryMakeRoom(Sequence sequence, int tokens)
    {
        while (!TryGetBlocks(sequence, tokens))
        {
            Sequence? victim = Victim(
                other => other != sequence && (other.IsPaused || Sequence.Compare(sequence, other) < 0));
            if (victim is null)
            {
                return false;
            }

            Preempt(victim);
        }

        return true;
    }

    private bool TryGetBlocks(Sequence sequence, int tokens)
    {
        if (!pool.TryReserve(sequence.BlockTable, tokens))
        {
            return false;
        }

        int end = pool.BlocksFor(tokens);
        for (int i = sequence.Computed / pool.BlockSize; i < end; i++)
        {
            int block = sequence.BlockTable[i];
            if (!pool.IsShared(block))
            {
                continue;
            }

            if (!pool.TryReplace(sequence.BlockTable, i))
            {
                return false;
            }

            copyBlock(block, sequence.BlockTable[i]);
        }

        return true;
    }

    /// <summary>The last in order of the running sequences that may be preempted, paused ones first.</summary>
    private Sequence? Victim(Predicate<Sequence> may)
    {
        Sequence? victim = null;
        for (int i = _running.Count - 1; i >= 0; i--)
        {
            if (may(_running[i]) && (victim is null || (_running[i].IsPaused && !victim.IsPaused)))
            {
                victim = _running[i];
            }
        }

        return victim;
    }

    private void Preempt(Sequence victim)
    {
        _plan.Remove(victim);
        _running.Remove(victim);
        victim.IsRunning = false;
        GiveUp(victim);
        Add(victim);
        Preemptions++;
    }

    private void GiveUp(Sequence sequence)
    {
        sequence.DropDraft();
        drafting.Release(sequence);
        pool.Release(sequence.BlockTable);
        sequence.Computed = 0;
        sequence.KnownBlocks = 0;
    }
}
