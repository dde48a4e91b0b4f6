namespace Puyu.Abstractions.Engine;

/// <summary>A loaded model that completes many prompts at once: what servers, chats and load tests talk to.</summary>
/// <remarks>All members may be called by any thread at any time.</remarks>
public interface IInferenceEngine : IAsyncDisposable
{
    /// <summary>What the model is and can do.</summary>
    EngineCard Card { get; }

    /// <summary>What the engine is doing and has done.</summary>
    EngineStatistics Statistics { get; }

    /// <summary>Whether the weights or the cache are given back, so that completions are refused.</summary>
    bool IsSleeping { get; }

    /// <summary>Encodes text. What it says never becomes a special token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addsBeginning">Whether the beginning-of-text token goes before it, where the model has one.</param>
    IReadOnlyList<int> Encode(string text, bool addsBeginning);

    /// <summary>Decodes token ids; special tokens appear as their names.</summary>
    /// <exception cref="EngineException">An id is outside the vocabulary.</exception>
    string Decode(IReadOnlyList<int> tokenIds);

    /// <summary>The token ids that a prompt becomes, chat template applied.</summary>
    /// <exception cref="EngineException">The prompt cannot be written for this model.</exception>
    IReadOnlyList<int> EncodePrompt(Prompt prompt);

    /// <summary>
    /// Streams the completions of a prompt. The request joins the running batch as soon as there is room; leaving the
    /// enumeration or cancelling frees what it holds within one step.
    /// </summary>
    /// <param name="request">Prompt and options.</param>
    /// <param name="cancellationToken">Ends the completion.</param>
    /// <returns>Updates of all choices, interleaved; the last of each choice has a finish reason.</returns>
    /// <exception cref="EngineException">The request cannot be served; the code says why.</exception>
    IAsyncEnumerable<CompletionUpdate> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken);

    /// <summary>The vector of a text: hidden state of its last token, of length 1.</summary>
    /// <param name="tokenIds">At least one.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>As many numbers as the card's embedding size.</returns>
    Task<float[]> EmbedAsync(IReadOnlyList<int> tokenIds, CancellationToken cancellationToken);

    /// <summary>Makes an adapter available under a name, while completions go on.</summary>
    /// <param name="name">How requests call it.</param>
    /// <param name="folder">In PEFT's layout.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="EngineException">The name is taken, or the adapter does not fit the model.</exception>
    Task LoadAdapterAsync(string name, string folder, CancellationToken cancellationToken);

    /// <summary>Removes an adapter once nobody uses it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="EngineException">There is no adapter of this name.</exception>
    Task UnloadAdapterAsync(string name, CancellationToken cancellationToken);

    /// <summary>Ends running completions.</summary>
    /// <param name="sessionId">Of this session; null for all.</param>
    /// <returns>How many were ended.</returns>
    int Abort(string? sessionId);

    /// <summary>Forgets a session and what is cached of it.</summary>
    /// <returns>False if there is no such session.</returns>
    bool EndSession(string sessionId);

    /// <summary>Ends what runs and gives memory back, until <see cref="WakeAsync"/>.</summary>
    /// <param name="level">1: the key-value cache; 2: the weights as well.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    Task SleepAsync(int level, CancellationToken cancellationToken);

    /// <summary>Takes the memory again; outputs are what they were.</summary>
    Task WakeAsync(CancellationToken cancellationToken);
}
