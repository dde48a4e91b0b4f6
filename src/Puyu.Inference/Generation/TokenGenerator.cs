using Puyu.Abstractions;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Generation;

/// <summary>Completes one sequence at a time, token by token.</summary>
/// <remarks>
/// After its first tokens a completion allocates nothing on the managed heap. The tokens do not depend on how the
/// prompt is cut into chunks. Used by one thread at a time.
/// </remarks>
internal sealed class TokenGenerator
{
    private readonly Decoder _decoder;
    private readonly TokenVocabulary _vocabulary;
    private readonly int _prefillTokens;

    /// <param name="decoder">The model.</param>
    /// <param name="vocabulary">
    /// The tokens that can be drawn: the model may have spare rows that stand for nothing.
    /// </param>
    /// <param name="prefillTokens">Tokens of a prompt that go through the model at a time.</param>
    public TokenGenerator(Decoder decoder, TokenVocabulary vocabulary, int prefillTokens = 512)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary.Size, decoder.Config.VocabSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(prefillTokens);
        _decoder = decoder;
        _vocabulary = vocabulary;
        _prefillTokens = prefillTokens;
    }

    /// <summary>
    /// Generates until a stop id, <see cref="SamplingOptions.MaxTokens"/>, or the end of the context where positions
    /// beyond it have no meaning.
    /// </summary>
    /// <param name="promptIds">At least one id, and fewer than the context has positions.</param>
    /// <param name="options">Validated. Stop strings are not heeded here: they are text.</param>
    /// <param name="stopIds">Ends the completion; not returned.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    /// <exception cref="ArgumentException">The prompt is empty or fills the context.</exception>
    public IEnumerable<int> Generate(
        ReadOnlyMemory<int> promptIds, SamplingOptions options, IReadOnlyCollection<int> stopIds,
        CancellationToken cancellationToken)
    {
        ModelConfig config = _decoder.Config;
        int limit = config.Rope.Scaling is DynamicNtkRopeScaling ? Array.MaxLength : config.MaxPositions;
        if (promptIds.Length == 0 || promptIds.Length >= limit)
        {
            throw new ArgumentException(
                $"the prompt has {promptIds.Length} tokens but must have at least 1 and fewer than {limit}");
        }

        // The last token drawn is never fed back.
        int capacity = (int)Math.Min((long)promptIds.Length + options.MaxTokens, limit);
        return Generate(promptIds, capacity, options, [.. stopIds], cancellationToken);
    }

    private IEnumerable<int> Generate(
        ReadOnlyMemory<int> promptIds, int capacity, SamplingOptions options, int[] stopIds,
        CancellationToken cancellationToken)
    {
        using var state = new GenerationState(_decoder, promptIds.Span, capacity);
        var sampler = new SequenceSampler(options, _vocabulary, stopIds);
        while (state.Count < capacity)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int token = Next(state, sampler, promptIds.Length);
            if (stopIds.AsSpan().Contains(token))
            {
                yield break;
            }

            state.Append(token);
            yield return token;
        }
    }

    /// <summary>Brings all pending tokens into the cache and draws the next one.</summary>
    private int Next(GenerationState state, SequenceSampler sampler, int promptLength)
    {
        while (state.Pending > _prefillTokens)
        {
            using Scope prefill = _decoder.Backend.BeginScope();
            _decoder.Forward(prefill, state.Input(prefill, _prefillTokens));
        }

        using Scope scope = _decoder.Backend.BeginScope();
        int tokens = state.Pending;
        Tensor hidden = _decoder.Forward(scope, state.Input(scope, tokens));                    // [T, D]
        Tensor last = scope.View(hidden, [1, hidden.Shape[1]], firstRow: tokens - 1);           // [1, D]
        Tensor logits = _decoder.Logits(scope, last);                                           // [1, V]
        return sampler.Draw(logits.Span<float>()[.._vocabulary.Size], state.TokenIds, promptLength).TokenId;
    }
}
