using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Adapters;
using Puyu.Inference.Caching;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;
using Puyu.Inference.Scoring;

namespace Puyu.Inference.Engine;

/// <summary>Checks requests and makes them ready for the engine's thread. May be shared by threads.</summary>
/// <param name="model">What is served.</param>
/// <param name="options">Of the engine.</param>
/// <param name="encoder">Turns prompts into tokens.</param>
/// <param name="texts">How tokens become text.</param>
/// <param name="sessions">The conversations.</param>
/// <param name="adapters">What changes the model.</param>
/// <param name="core">Knows the queue and what fits.</param>
internal sealed class CompletionFactory(
    EngineModel model, EngineOptions options, PromptEncoder encoder, TokenTexts texts, SessionTable sessions,
    AdapterTable adapters, EngineCore core)
{
    private readonly TokenVocabulary _vocabulary = new(model.Tokenizer);
    private ConstraintCompiler? _constraints;
    private long _arrivals;

    /// <summary>How the model writes calls of tools; null if it was not made for them.</summary>
    public ToolCallSyntax? ToolCalls { get; } = model.ChatTemplate?.ToolCalls is { } calls
        ? new ToolCallSyntax(calls.Begin, calls.End, calls.ArgumentsName)
        : null;

    /// <summary>Makes a request ready, and counts it as waiting.</summary>
    /// <exception cref="EngineException">It cannot be served.</exception>
    public Completion Begin(CompletionRequest request)
    {
        Check(request);
        TokenConstraint? constraint = request.Constraint is { } wanted ? Compile(wanted) : null;
        Session? session = request.SessionId is { } id ? sessions.Begin(id) : null;
        bool isQueued = false;
        int adapter = 0;
        try
        {
            int[] ids = encoder.Encode(request.Prompt, session is null ? [] : session.History);
            RequireFits(ids.Length);
            adapter = adapters.Acquire(request.Adapter);
            isQueued = true;
            if (core.Completions.Enqueue() > options.QueueLimit + core.FreeSlots)
            {
                throw new EngineException(
                    EngineErrorCode.Overloaded,
                    $"{options.QueueLimit} requests wait and no more may; try again later");
            }

            var salt = new CacheSalt(adapter, request.Tenant, core.RopeLengths.Of(ids.Length));
            return CreateCompletion(request, ids, session, salt, constraint);
        }
        catch
        {
            if (isQueued)
            {
                core.Completions.Dequeue();
            }

            adapters.Release(adapter);
            if (session is not null)
            {
                sessions.End(session, sequence: null);
            }

            throw;
        }
    }

    private TokenConstraint Compile(OutputConstraint constraint) => LazyInitializer.EnsureInitialized(
        ref _constraints, () => new ConstraintCompiler(_vocabulary, ToolCalls)).Compile(constraint);

    /// <summary>Makes a sequence whose embedding is wanted.</summary>
    /// <exception cref="EngineException">It cannot be computed.</exception>
    public Sequence CreateEmbedding(IReadOnlyList<int> tokenIds)
    {
        int[] ids = encoder.Encode(new Prompt.OfTokens(tokenIds), history: []);
        RequireFits(ids.Length);
        return new Sequence(ids, Salt(ids), priority: 0, Interlocked.Increment(ref _arrivals))
        {
            Promise = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
        };
    }

    /// <summary>Makes a sequence whose tokens are scored.</summary>
    /// <param name="input">No longer than <see cref="EngineCore.Capacity"/>, of ids of the vocabulary.</param>
    public Sequence CreateScored(ScoredInput input) =>
        new(input.TokenIds, Salt(input.TokenIds), priority: 0, Interlocked.Increment(ref _arrivals))
        {
            Promise = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            Scored = input,
        };

    private CacheSalt Salt(int[] ids) => new(Adapter: 0, Tenant: null, core.RopeLengths.Of(ids.Length));

    /// <summary>Throws unless ids are in the vocabulary.</summary>
    public void RequireTokens(IEnumerable<int> tokenIds, string parameter)
    {
        foreach (int id in tokenIds)
        {
            Require(
                id >= 0 && id < model.Tokenizer.VocabSize,
                $"a token id is {id} but must be below {model.Tokenizer.VocabSize}", parameter);
        }
    }

    private Completion CreateCompletion(
        CompletionRequest request, int[] ids, Session? session, CacheSalt salt, TokenConstraint? constraint)
    {
        IReadOnlyList<int> modelStops = request.Sampling.IgnoresEndOfText ? [] : encoder.StopIds;
        int[] stopIds = [.. modelStops.Union(request.Sampling.StopTokenIds)];
        var completion = new Completion(request, ids, options.UpdateBuffer)
        {
            Session = session,
            StopIds = stopIds,
            HasForked = request.Sampling.Beams > 1,
            Beams = request.Sampling.Beams == 1 ? null : new BeamGroup(new BeamSearch(
                request.Sampling.Beams, stopIds, Math.Min(request.Sampling.MaxTokens, core.Capacity - ids.Length))),
        };
        long arrival = Interlocked.Increment(ref _arrivals);
        var sampler = new SequenceSampler(
            request.Sampling, _vocabulary, modelStops, constraint, request.TopLogProbabilities);
        completion.Sequences = [.. Enumerable.Range(0, completion.Beams is null ? request.Choices : 1).Select(
            index => new Sequence(ids, salt, request.Priority, arrival)
            {
                Choice = new Choice(completion, index, texts),
                Place = index,
                Sampler = index == 0 ? sampler : sampler.Fork(index),
            })];
        return completion;
    }

    private void Check(CompletionRequest request)
    {
        try
        {
            request.Sampling.Validated();
        }
        catch (OptionsException exception)
        {
            throw new EngineException(
                EngineErrorCode.InvalidRequest, exception.Message, nameof(CompletionRequest.Sampling));
        }

        Require(request.Choices > 0, $"Choices is {request.Choices} but must be positive", nameof(request.Choices));
        Require(
            request.Choices == 1 || request.SessionId is null,
            $"Choices is {request.Choices} but must be 1 in a session", nameof(request.Choices));
        Require(
            request.Sampling.Beams == 1 || request is { Constraint: null, TopLogProbabilities: null },
            $"Beams is {request.Sampling.Beams} but must be 1 with constraints or log-probabilities",
            nameof(request.Sampling));
        Require(
            request.Sampling.Beams == 1 || request.Choices <= request.Sampling.Beams,
            $"Choices is {request.Choices} but must be at most Beams, which is {request.Sampling.Beams}",
            nameof(request.Choices));

        Require(
            request.TopLogProbabilities is null or >= 0,
            $"TopLogProbabilities is {request.TopLogProbabilities} but must not be negative",
            nameof(request.TopLogProbabilities));
        RequireTokens(
            request.Sampling.StopTokenIds.Concat(request.Sampling.LogitBias.Keys), nameof(CompletionRequest.Sampling));
    }

    private static void Require(bool holds, string message, string parameter)
    {
        if (!holds)
        {
            throw new EngineException(EngineErrorCode.InvalidRequest, message, parameter);
        }
    }

    private void RequireFits(int promptTokens)
    {
        if (promptTokens >= core.Capacity)
        {
            throw new EngineException(
                EngineErrorCode.ContextLengthExceeded,
                $"the prompt has {promptTokens} tokens but must have fewer than {core.Capacity}, "
                + "what the context and the cache hold", nameof(CompletionRequest.Prompt));
        }
    }
}
