using System.Runtime.InteropServices;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Scoring;

/// <summary>Requests one behind the other, as a model takes them.</summary>
/// <remarks>
/// Neighbouring requests that differ in their last token alone share one sequence: that token is no input. So the
/// one-token answers to a question cost one forward of the question.
/// </remarks>
internal sealed class PackedRequests
{
    private readonly List<int> _tokenIds = [];
    private readonly List<int> _positionIds = [];
    private readonly List<int> _cuSeqLens = [0];
    private readonly List<ScoredToken> _scored = [];
    private ScoreRequest? _last;

    /// <summary>Tokens that go through the model.</summary>
    public int InputTokens => _tokenIds.Count;

    /// <summary>Everything to score.</summary>
    public IReadOnlyList<ScoredToken> Scored => _scored;

    /// <summary>Tokens by which a request would lengthen the input.</summary>
    public int CostOf(ScoreRequest request) => SharesInput(request) ? 0 : request.InputTokens;

    /// <summary>Appends a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="index">Its index among all requests.</param>
    public void Add(ScoreRequest request, int index)
    {
        if (!SharesInput(request))
        {
            _tokenIds.AddRange(request.TokenIds.AsSpan(0, request.InputTokens));
            _positionIds.AddRange(Enumerable.Range(0, request.InputTokens));
            _cuSeqLens.Add(_tokenIds.Count);
        }

        int firstRow = _tokenIds.Count - request.InputTokens;
        for (int i = request.FirstScored; i < request.TokenIds.Length; i++)
        {
            _scored.Add(new ScoredToken(firstRow + i - 1, request.TokenIds[i], index));
        }

        _last = request;
    }

    /// <summary>The input of the model.</summary>
    public DecoderInput Input(Scope scope) => DecoderInput.From(
        scope, CollectionsMarshal.AsSpan(_tokenIds), CollectionsMarshal.AsSpan(_positionIds),
        CollectionsMarshal.AsSpan(_cuSeqLens));

    private bool SharesInput(ScoreRequest request) => _last is { } last
        && last.TokenIds.AsSpan()[..^1].SequenceEqual(request.TokenIds.AsSpan()[..^1]);
}

/// <summary>A token to score.</summary>
/// <param name="Row">Row of the hidden states that predict it.</param>
/// <param name="TokenId">Its id.</param>
/// <param name="Request">Index of the request that it belongs to.</param>
internal readonly record struct ScoredToken(int Row, int TokenId, int Request);
