using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Generation;
using Puyu.Inference.Sampling;
using Puyu.Tokenizers.Streaming;

namespace Puyu.Inference.Engine;

/// <summary>What one choice of a request says: from tokens to updates.</summary>
internal sealed class Choice
{
    private readonly TokenTexts _output;
    private readonly StreamingDecoder _decoder;
    private readonly StopStringFilter _filter;
    private readonly List<int> _tokenIds = [];
    private readonly List<TokenScore> _scores = [];
    private string _text = "";
    private bool _isFirst = true;

    /// <param name="completion">The request.</param>
    /// <param name="index">Which of its choices.</param>
    /// <param name="output">How tokens become text.</param>
    public Choice(Completion completion, int index, TokenTexts output)
    {
        Completion = completion;
        Index = index;
        _output = output;
        SamplingOptions options = completion.Request.Sampling;
        _decoder = output.CreateDecoder();
        _filter = new StopStringFilter(options.StopStrings, options.IncludesStopString);
        if (completion.Request.Prompt is Prompt.OfText { Text.Length: > 0 })
        {
            // The text goes on: only at the beginning of a text is a space dropped.
            _decoder.Append(completion.PromptIds[^1]);
        }

        if (index == 0 && completion.Request.ScoresPrompt)
        {
            PromptScores = new TokenScore[completion.PromptIds.Length];
            PromptScores[0] = output.Score(completion.PromptIds[0], 0, []);
        }
    }

    /// <summary>The request.</summary>
    public Completion Completion { get; }

    /// <summary>Which of the request's choices.</summary>
    public int Index { get; }

    /// <summary>Scores of the prompt as far as they are computed; null where nobody wants them.</summary>
    public TokenScore[]? PromptScores { get; }

    /// <summary>Takes a drawn token that ends nothing by itself.</summary>
    /// <returns>Whether a stop string has appeared.</returns>
    public bool Append(DrawnToken drawn)
    {
        _tokenIds.Add(drawn.TokenId);
        if (drawn.LogProbability is { } logProbability)
        {
            _scores.Add(_output.Score(drawn.TokenId, logProbability, drawn.Alternatives.Span));
        }

        AppendText(_filter.Append(
            _output.Append(_decoder, drawn.TokenId, Completion.Request.ShowsSpecialTokens)));
        return _filter.IsStopped;
    }

    /// <summary>The update that says what has come since the last.</summary>
    /// <param name="sequence">The choice's own.</param>
    /// <param name="reason">Why the choice ends here; null while it goes on.</param>
    public CompletionUpdate TakeUpdate(Sequence sequence, FinishReason? reason)
    {
        if (reason is not null && !_filter.IsStopped)
        {
            AppendText(_filter.Append(_decoder.Flush()));
            AppendText(_filter.Flush());
        }

        var update = new CompletionUpdate
        {
            Choice = Index,
            Text = _text,
            TokenIds = _tokenIds.Count == 0 ? [] : _tokenIds.ToArray(),
            Scores = _scores.Count == 0 ? [] : _scores.ToArray(),
            PromptScores = _isFirst && PromptScores is { } scores && scores[^1] is not null ? scores : [],
            FinishReason = reason,
            StopString = reason is null ? null : _filter.StopString,
            PromptTokens = sequence.PromptLength,
            CachedTokens = sequence.CachedTokens ?? 0,
        };
        _isFirst = false;
        _text = "";
        _tokenIds.Clear();
        _scores.Clear();
        return update;
    }

    private void AppendText(string text) => _text = _text.Length == 0 ? text : _text + text;
}
