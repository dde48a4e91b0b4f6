using System.Buffers;

namespace Puyu.Inference.Sampling;

/// <summary>Keeps the most likely completions of a prompt, several at a time.</summary>
/// <remarks>
/// <para>
/// Each step takes the logits of every live beam, ranks all their continuations together and goes on with the best that
/// do not end; those that end and rank among the best are finished. The search is over when as many as there are beams
/// are finished and no live one can still overtake the worst of them, or at the greatest length.
/// </para>
/// <para>Source: Wu et al., Google's Neural Machine Translation System, 2016 (arXiv:1609.08144), § 7.</para>
/// <para>Logic alone: the caller runs the model and moves caches along with the parents of beams.</para>
/// </remarks>
/// <param name="beams">Completions kept; at least 1.</param>
/// <param name="stopIds">End a completion; the token itself counts, and is the last of a finished beam.</param>
/// <param name="maxTokens">Length at which beams are cut.</param>
/// <param name="lengthPenalty">Power of the length that log-probabilities are divided by; not negative.</param>
internal sealed class BeamSearch(
    int beams, IReadOnlyCollection<int> stopIds, int maxTokens, double lengthPenalty = 1)
{
    private readonly HashSet<int> _stopIds = [.. stopIds];
    private readonly List<Beam> _live = [];
    private readonly List<Beam> _finished = [];
    private readonly List<(int Parent, Beam Beam)> _continuations = [];

    /// <summary>Beams that go on. None before the first step, whose only row is the prompt's.</summary>
    public IReadOnlyList<Beam> Live => _live;

    /// <summary>Whether nothing can change the result.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Adds the continuations of a live beam.</summary>
    /// <param name="beam">Its index; 0 for the prompt in the first step.</param>
    /// <param name="logits">Shape [V]; not changed; −∞ is never taken.</param>
    public void Add(int beam, ReadOnlySpan<float> logits)
    {
        // Each of the best may end, and then as many others must be there to go on.
        int count = Math.Min(beams + Math.Max(_stopIds.Count, beams), logits.Length);
        int length = LogitSelection.BufferLength(count, logits.Length);
        Candidate[] buffer = ArrayPool<Candidate>.Shared.Rent(length);
        double sum = LogSoftmax.LogSumExp(logits);
        Beam? previous = _live.Count == 0 ? null : _live[beam];
        foreach (Candidate candidate in LogitSelection.Largest(logits, count, buffer.AsSpan(0, length)))
        {
            double logProbability = (previous?.LogProbability ?? 0) + candidate.Weight - sum;
            _continuations.Add((beam, new Beam(candidate.TokenId, previous, logProbability)));
        }

        ArrayPool<Candidate>.Shared.Return(buffer);
    }

    /// <summary>Chooses the beams of the next step, when all live ones were added.</summary>
    /// <returns>By new live beam: the index of the beam that it continues. Empty when the search is done.</returns>
    public int[] Advance()
    {
        _continuations.Sort(Compare);
        _live.Clear();
        var parents = new List<int>();
        for (int rank = 0; rank < _continuations.Count && _live.Count < beams; rank++)
        {
            (int parent, Beam beam) = _continuations[rank];
            if (!_stopIds.Contains(beam.TokenId) && beam.Length < maxTokens)
            {
                _live.Add(beam);
                parents.Add(parent);
            }
            else if (rank < beams)
            {
                _finished.Add(beam);
            }
        }

        _continuations.Clear();
        KeepBestFinished();
        IsDone = _live.Count == 0 || (_finished.Count == beams && !CanOvertake());
        return IsDone ? [] : [.. parents];
    }

    /// <summary>The best completions, best first: finished ones, and live ones where too few are finished.</summary>
    public IReadOnlyList<Beam> Best() => [.. _finished
        .Concat(_live.OrderByDescending(beam => beam.Score(lengthPenalty)).Take(beams - _finished.Count))
        .OrderByDescending(beam => beam.Score(lengthPenalty))];

    private static int Compare((int Parent, Beam Beam) a, (int Parent, Beam Beam) b)
    {
        int byProbability = b.Beam.LogProbability.CompareTo(a.Beam.LogProbability);
        int byParent = byProbability != 0 ? byProbability : a.Parent.CompareTo(b.Parent);
        return byParent != 0 ? byParent : a.Beam.TokenId.CompareTo(b.Beam.TokenId);
    }

    private void KeepBestFinished()
    {
        Beam[] best = [.. _finished.OrderByDescending(beam => beam.Score(lengthPenalty)).Take(beams)];
        _finished.Clear();
        _finished.AddRange(best);
    }

    /// <summary>Log-probabilities only fall: at best a live beam gets to the greatest length for nothing.</summary>
    private bool CanOvertake()
    {
        double attainable = _live.Max(beam => beam.LogProbability) / Math.Pow(maxTokens, lengthPenalty);
        return attainable > _finished[^1].Score(lengthPenalty);
    }
}
