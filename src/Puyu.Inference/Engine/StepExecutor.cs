using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Sampling;
using Tensor = Puyu.Tensors.Tensor;
using Scope = Puyu.Tensors.Scope;

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
        sequence.Computed += rows.Count;
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

        if (!rows.IsLast)
        {
            return;
        }

        if (sequence.Embedding is { } embedding)
        {
            completions.Finish(sequence);
            embedding.TrySetResult(UnitVector(hidden, firstRow + rows.Count - 1));
            return;
        }

        _rows.Add(firstRow + rows.Count - 1);
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
        for (int i = 0; i < _drawing.Count; i++)
        {
            Sequence sequence = _drawing[i];
            if (sequence.IsFinished)
            {
                continue;
            }

            Span<float> row = LogitsOf(logits, i);
            if (sequence.Choice!.Completion is { HasForked: false } completion)
            {
                DrawFirst(completion, row);
            }
            else
            {
                Draw(sequence, row);
            }
        }
    }

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
            if (!sequence.IsFinished)
            {
                Draw(sequence, logits);
            }
        }
    }

    private void Draw(Sequence sequence, Span<float> logits)
    {
        try
        {
            Take(sequence, sequence.Sampler!.Draw(logits, sequence.TokenIds, sequence.PromptLength));
        }
        catch (Exception exception) when (exception is EngineException or ArgumentException)
        {
            completions.Fail(sequence.Choice!.Completion, exception);
        }
    }

    private void Take(Sequence sequence, DrawnToken drawn)
    {
        Choice choice = sequence.Choice!;
        if (choice.Completion.StopIds.Contains(drawn.TokenId))
        {
            completions.Finish(sequence, FinishReason.Stop);
            return;
        }

        counters.AddCompletionToken();
        sequence.Append(drawn.TokenId);
        sequence.Sampler!.Accept(drawn.TokenId);
        bool isStopped = choice.Append(drawn) || sequence.Sampler.IsComplete;
        bool isFull = sequence.CompletionLength >= choice.Completion.Request.Sampling.MaxTokens
            || sequence.Count >= parts.Capacity;
        if (isStopped || isFull)
        {
            completions.Finish(sequence, isStopped ? FinishReason.Stop : FinishReason.Length);
            return;
        }

        choice.Completion.Write(choice.TakeUpdate(sequence, reason: null));
    }
}
