using System.Runtime.InteropServices;
using Puyu.Inference.Scoring;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>What a forward scores: of all sequences together, so that the head reads its weights once.</summary>
/// <param name="parts">The model.</param>
/// <param name="completions">The requests at work.</param>
internal sealed class ScoringStep(EngineParts parts, ActiveCompletions completions)
{
    private readonly List<int> _rows = [];
    private readonly List<int> _targetIds = [];
    private readonly List<(ScoredInput Input, int Index)> _scored = [];
    private readonly List<Sequence> _finished = [];

    /// <summary>Notes what is scored behind scheduled rows.</summary>
    /// <param name="rows">Of a sequence that is scored.</param>
    /// <param name="firstRow">Row of the hidden states where they begin.</param>
    public void Add(ScheduledRows rows, int firstRow)
    {
        ScoredInput input = rows.Sequence.Scored!;
        Span<ScoredToken> scored = input.Scored;
        for (int i = 0; i < scored.Length; i++)
        {
            int row = scored[i].Row - rows.First;
            if (row >= 0 && row < rows.Count)
            {
                _rows.Add(firstRow + row);
                _targetIds.Add(scored[i].TokenId);
                _scored.Add((input, i));
            }
        }

        if (rows.IsLast)
        {
            _finished.Add(rows.Sequence);
        }
    }

    /// <summary>Scores what was noted, and ends the sequences of which that was the last.</summary>
    public void Finish(Scope scope, Tensor hidden)
    {
        if (_rows.Count > 0)
        {
            TargetScores scores = parts.Runner.LogProbabilities(
                scope, hidden, CollectionsMarshal.AsSpan(_rows), CollectionsMarshal.AsSpan(_targetIds));
            ReadOnlySpan<float> logProbabilities = scores.LogProbabilities.Span<float>();
            ReadOnlySpan<byte> areLikeliest = scores.AreLikeliest.Span<byte>();
            for (int i = 0; i < _scored.Count; i++)
            {
                ref ScoredToken token = ref _scored[i].Input.Scored[_scored[i].Index];
                token.LogProbability = logProbabilities[i];
                token.IsLikeliest = areLikeliest[i] != 0;
            }
        }

        _finished.ForEach(completions.Finish);
        _rows.Clear();
        _targetIds.Clear();
        _scored.Clear();
        _finished.Clear();
    }
}
