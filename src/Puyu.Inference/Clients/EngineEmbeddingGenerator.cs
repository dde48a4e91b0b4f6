using Microsoft.Extensions.AI;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Clients;

/// <summary>An engine of this process as a generator of embeddings, for programs that know that interface.</summary>
/// <param name="engine">Not disposed with this.</param>
public sealed class EngineEmbeddingGenerator(IInferenceEngine engine) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <inheritdoc/>
    /// <exception cref="EngineException">A text cannot be embedded; the code says why.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != engine.Card.EmbeddingSize)
        {
            throw new ArgumentException(
                $"Dimensions is {dimensions} but the model's embeddings have {engine.Card.EmbeddingSize}",
                nameof(options));
        }

        IReadOnlyList<int>[] texts = [.. values.Select(text => engine.Encode(text, addsBeginning: true))];
        float[][] vectors = await Task.WhenAll(
            texts.Select(ids => engine.EmbedAsync(ids, cancellationToken))).ConfigureAwait(false);
        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(vector => new Embedding<float>(vector) { ModelId = engine.Card.Name }))
        {
            Usage = new UsageDetails
            {
                InputTokenCount = texts.Sum(ids => ids.Count),
                TotalTokenCount = texts.Sum(ids => ids.Count),
            },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
