using System.Runtime.InteropServices;

namespace Puyu.Inference.Scoring;

/// <summary>Tokens that go through the model, and those that are scored behind them.</summary>
/// <remarks>
/// Requests that differ in their last token alone share an input: that token is no part of it. So the one-token answers
/// to a question cost one forward of the question.
/// </remarks>
internal sealed class ScoredInput
{
    private readonly List<ScoredToken> _scored = [];

    /// <param name="request">Brings the input and is scored.</param>
    /// <param name="index">Its index among all requests.</param>
    public ScoredInput(ScoreRequest request, int index)
    {
        TokenIds = request.TokenIds[..^1];
        FirstRow = int.MaxValue;
        Add(request, index);
    }

    /// <summary>What goes through the model.</summary>
    public int[] TokenIds { get; }

    /// <summary>Index of the first token behind which something is scored.</summary>
    public int FirstRow { get; private set; }

    /// <summary>What is scored, of all requests; complete once the engine is done.</summary>
    public Span<ScoredToken> Scored => CollectionsMarshal.AsSpan(_scored);

    /// <summary>Adds a request if it has this input.</summary>
    /// <param name="request">The request.</param>
    /// <param name="index">Its index among all requests.</param>
    /// <returns>Whether it has.</returns>
    public bool TryAdd(ScoreRequest request, int index)
    {
        bool shares = request.TokenIds.AsSpan(..^1).SequenceEqual(TokenIds);
        if (shares)
        {
            Add(request, index);
        }

        return shares;
    }

    private void Add(ScoreRequest request, int index)
    {
        FirstRow = Math.Min(FirstRow, request.FirstScored - 1);
        for (int i = request.FirstScored; i < request.TokenIds.Length; i++)
        {
            _scored.Add(new ScoredToken(i - 1, request.TokenIds[i], index));
        }
    }
}

/// <summary>A token to score.</summary>
/// <param name="Row">Index of the input's token that it follows.</param>
/// <param name="TokenId">Its id.</param>
/// <param name="Request">Index of the request that it belongs to.</param>
internal record struct ScoredToken(int Row, int TokenId, int Request)
{
    /// <summary>Natural logarithm; 0 until it is known.</summary>
    public float LogProbability { get; set; }

    /// <summary>Whether no token is more likely.</summary>
    public bool IsLikeliest { get; set; }
}
