using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Sampling;
using Puyu.Inference.Speculation;
using Scope = Puyu.Tensors.Scope;
using Tensor = Puyu.Tensors.Tensor;

namespace Puyu.Inference.Engine;

/// <summary>Does what a step's plan says: forward, draw, and hand on what was drawn.</summary>
/// <param name="parts">The model and its cache.</param>
/// <param name="scheduler">Whose plans these are.</param>
/// <param name="options">Of the engine.</param>
/// <param name="texts">How tokens become text.</param>
/// <param name="completions">The requests at work.</param>
/// <param name="counters">Counts.</param>
internal sealed class StepExecutor(
    EngineParts parts, Scheduler scheduler, EngineOptions options, TokenTexts texts,
    ActiveCompletions completions, EngineCounters counters)
{
    /// <summary>Rows whose logits are kept at a time when prompts are scored.</summary>
    private const int ScoredRows = 32;

    private readonly List<int> _rows = [];
    private readonly List<Sequence> _drawing = [];
    private readonly ScoringStep _scoring = new(parts, completions);
    private readonly float[] _promptLogits = new float[parts.VocabSize];

    /// <summary>Does a plan.</summary>
    public void Execute(StepPlan plan)
    {
        while (plan.TakeGroup() is { } group)
        {
            using Scope scope = parts.Backend.BeginScope();
            Tensor hidden = parts.Runner.Forward(scope, group);                                 // [T, D]
            counters.AddStep();
            int firstRow = 0;
            _rows.Clear();
            _drawing.Clear();
            foreach (ScheduledRows rows in group)
            {
                Take(scope, hidden, rows, firstRow);
                firstRow += rows.Count;
            }

            _scoring.Finish(scope, hidden);
            if (_rows.Count > 0)
            {
                Tensor logits = parts.Runner.Logits(scope, hidden, CollectionsMarshal.AsSpan(_rows));   // [R, V]
                Draw(logits);
            }
        }
    }

    /// <summary>Notes what the rows of a sequence have brought.</summary>
    private void Take(Scope scope, Tensor hidden, ScheduledRows rows, int firstRow)
    {
        Sequence sequence = rows.Sequence;
        Begin(sequence);
        sequence.Computed += rows.Count - rows.Drafted;
        if (sequence.NeedsAllRows)
        {
            ScorePrompt(scope, hidden, rows, firstRow);
        }

        if (options.CachesPrefixes)
        {
            int shareable = Math.Min(sequence.Computed, parts.RopeLengths.Shareable(sequence));
            sequence.KnownBlocks = parts.Pool.Register(
                sequence.Salt, sequence.TokenIds[..shareable], sequence.BlockTable, sequence.KnownBlocks);
        }

        if (sequence.Scored is not null)
        {
            _scoring.Add(rows, firstRow);
            return;
        }

        if (!rows.IsLast)
        {
            return;
        }

        if (sequence.Promise is not null)
        {
            sequence.Embedding = UnitVector(hidden, firstRow + rows.Count - 1);
            completions.Finish(sequence);
            return;
        }

        for (int i = 0; i <= rows.Drafted; i++)
        {
            _rows.Add(firstRow + rows.Count - rows.Drafted - 1 + i);
        }

        _drawing.Add(sequence);
    }

    private void Begin(Sequence sequence)
    {
        if (sequence.HasBegun)
        {
            return;
        }

        sequence.HasBegun = true;
        if (sequence.Choice is null or { Index: 0 })
        {
            counters.AddPrompt(sequence.PromptLength, sequence.CachedTokens ?? 0);
            completions.Begin(sequence);
        }
    }

    private static float[] UnitVector(Tensor hidden, int row)
    {
        int d = hidden.Shape[1];
        float[] vector = hidden.Span<float>().Slice(row * d, d).ToArray();
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    private void ScorePrompt(Scope scope, Tensor hidden, ScheduledRows rows, int firstRow)
    {
        Sequence sequence = rows.Sequence;
        Choice choice = sequence.Choice!;
        var scorer = new TokenScorer(choice.Completion.Request.TopLogProbabilities ?? 0, parts.VocabSize);
        int end = Math.Min(rows.First + rows.Count, sequence.PromptLength - 1);
        for (int first = rows.First; first < end; first += ScoredRows)
        {
            int count = Math.Min(ScoredRows, end - first);
            using Scope inner = scope.Begin();
            int[] some = [.. Enumerable.Range(firstRow + first - rows.First, count)];
            Tensor logits = parts.Runner.Logits(inner, hidden, some);                           // [R, V]
            for (int i = 0; i < count; i++)
            {
                int target = sequence.TokenIds[first + i + 1];
                scorer.Load(LogitsOf(logits, i));
                choice.PromptScores![first + i + 1] =
                    texts.Score(target, scorer.LogProbability(target), scorer.Alternatives.Span);
            }
        }
    }

    private Span<float> LogitsOf(Tensor logits, int row) =>
        logits.Span<float>().Slice(row * logits.Shape[1], parts.VocabSize);

    private void Draw(Tensor logits)
    {
        int row = 0;
        foreach (Sequence sequence in _drawing)
        {
            int drafted = sequence.DraftLength;
            if (sequence.Choice!.Completion is { HasForked: false, IsClosed: false } completion)
            {
                DrawFirst(completion, LogitsOf(logits, row));
            }
            else if (sequence is { IsFinished: false, Choice.Completion.Beams: not null })
            {
                AddBeam(sequence, LogitsOf(logits, row));
            }
            else if (!sequence.IsFinished)
            {
                Draw(sequence, logits, row, drafted);
            }

            row += 1 + drafted;
        }
    }

    /// <summary>Draws the next tokens of a sequence: a draft brings them as far as it is accepted.</summary>
    private void Draw(Sequence sequence, Tensor logits, int firstRow, int drafted)
    {
        Span<int> draft = stackalloc int[drafted];
        sequence.DraftedIds[^drafted..].CopyTo(draft);
        sequence.DropDraft();
        counters.AddDraft(drafted);
        int accepted = 0;
        while (TryDraw(sequence, LogitsOf(logits, firstRow + accepted), Drafted(sequence, draft, accepted))
            && accepted < drafted && sequence.TokenIds[^1] == draft[accepted])
        {
            sequence.Computed++;
            accepted++;
        }

        Update(sequence);
    }

    /// <summary>
    /// What is proposed for a place; behind the whole draft comes one token more, for which nothing is.
    /// </summary>
    private static DraftedToken Drafted(Sequence sequence, ReadOnlySpan<int> draft, int place) => place < draft.Length
        ? new DraftedToken(draft[place], sequence.Draft?.Probabilities(place) ?? default)
        : DraftedToken.None;

    /// <summary>Draws the first token of every choice: they share the blocks of the prompt.</summary>
    private void DrawFirst(Completion completion, Span<float> logits)
    {
        completion.HasForked = true;
        Sequence first = completion.Sequences[0];
        logits.CopyTo(_promptLogits);
        foreach (Sequence other in completion.Sequences.AsSpan(1))
        {
            other.BeginAs(first);
            parts.Pool.Share(first.BlockTable);
            scheduler.AddComputed(other);
        }

        foreach (Sequence sequence in completion.Sequences)
        {
            _promptLogits.CopyTo(logits);
            if (!sequence.IsFinished && TryDraw(sequence, logits, DraftedToken.None))
            {
                Update(sequence);
            }
        }
    }

    /// <summary>Takes the logits behind a beam; with the last of them all beams go on.</summary>
    private void AddBeam(Sequence sequence, ReadOnlySpan<float> logits)
    {
        Completion completion = sequence.Choice!.Completion;
        BeamGroup beams = completion.Beams!;
        if (!beams.Add(sequence, logits))
        {
            return;
        }

        Sequence[] parents = completion.Sequences;
        Sequence[] children = beams.Advance(parents);
        Array.ForEach(children, child => parts.Pool.Share(child.BlockTable));
        Array.ForEach(parents, scheduler.Remove);
        if (children.Length == 0)
        {
            completions.Finish(completion, beams.Best(), texts);
            return;
        }

        completion.Sequences = children;
        Array.ForEach(children, scheduler.AddComputed);
        counters.AddCompletionToken();
    }

    /// <summary>Draws a token.</summary>
    /// <returns>Whether the sequence goes on.</returns>
    private bool TryDraw(Sequence sequence, Span<float> logits, DraftedToken drafted)
    {
        try
        {
            if (sequence.Verifier!.TryAccept(
                logits, sequence.TokenIds, sequence.PromptLength, drafted, out DrawnToken token))
            {
                counters.AddAcceptedToken();
            }

            return Take(sequence, token);
        }
        catch (Exception exception) when (exception is EngineException or ArgumentException)
        {
            completions.Fail(sequence.Choice!.Completion, exception);
            return false;
        }
    }

    /// <summary>Takes a token.</summary>
    /// <returns>Whether the sequence goes on.</returns>
    private bool Take(Sequence sequence, DrawnToken drawn)
    {
        if (sequence.Choice!.Completion.StopIds.Contains(drawn.TokenId))
        {
            completions.Finish(sequence, FinishReason.Stop);
            return false;
        }

        counters.AddCompletionToken();
        sequence.Append(drawn.TokenId);
        sequence.Sampler!.Accept(drawn.TokenId);
        bool isStopped = sequence.Choice.Append(drawn) || sequence.Sampler.IsComplete;
        bool isFull = sequence.CompletionLength >= sequence.Choice.Completion.Request.Sampling.MaxTokens
            || sequence.Count >= parts.Capacity;
        if (isStopped || isFull)
        {
            completions.Finish(sequence, isStopped ? FinishReason.Stop : FinishReason.Length);
            return false;
        }

        return true;
    }

    /// <summary>Tells the reader what has come, with the tokens that a constraint then forces.</summary>
    private void Update(Sequence sequence)
    {
        while (!sequence.IsFinished && sequence.TryForced(out int forced))
        {
            Take(sequence, new DrawnToken(forced, null, default));
        }

        if (!sequence.IsFinished)
        {
            sequence.Choice!.Completion.Write(sequence.Choice.TakeUpdate(sequence, reason: null));
        }
    }
}
