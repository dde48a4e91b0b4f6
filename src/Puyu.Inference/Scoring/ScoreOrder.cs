namespace Puyu.Inference.Scoring;

/// <summary>
/// Inputs of requests in two waves: those of the second begin with the prompt of one of the first, whose keys and
/// values are cached by then.
/// </summary>
internal sealed class ScoreOrder
{
    /// <param name="requests">Those of one prompt follow each other.</param>
    /// <param name="first">Index of the first of them among all requests.</param>
    /// <param name="blockSize">Tokens that must be alike for anything to be shared.</param>
    public ScoreOrder(ReadOnlySpan<ScoreRequest> requests, int first, int blockSize)
    {
        ScoredInput? last = null;
        ScoredInput? leader = null;
        for (int i = 0; i < requests.Length; i++)
        {
            ScoreRequest request = requests[i];
            if (last is not null && last.TryAdd(request, first + i))
            {
                continue;
            }

            last = new ScoredInput(request, first + i);
            bool follows = request.FirstScored > blockSize && leader is not null
                && leader.TokenIds.AsSpan().StartsWith(request.TokenIds.AsSpan(0, request.FirstScored));
            leader = follows ? leader : last;
            (follows ? Second : First).Add(last);
        }
    }

    /// <summary>Inputs that go first.</summary>
    public List<ScoredInput> First { get; } = [];

    /// <summary>Inputs that begin with the prompt of one of those.</summary>
    public List<ScoredInput> Second { get; } = [];
}
