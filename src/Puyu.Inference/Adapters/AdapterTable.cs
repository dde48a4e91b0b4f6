using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Adapters;

/// <summary>The adapters that requests can name, and who uses them.</summary>
/// <remarks>May be shared by threads; the weights belong to the engine's.</remarks>
internal sealed class AdapterTable : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Entry> _byNumber = [];
    private int _lastNumber;

    /// <summary>Names of the adapters, in ordinal order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _byName.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Makes an adapter available. A number is never given twice.</summary>
    /// <exception cref="EngineException">The name is taken; the weights are disposed then.</exception>
    public void Add(string name, LoraAdapter weights)
    {
        lock (_lock)
        {
            if (_byName.ContainsKey(name))
            {
                weights.Dispose();
                throw new EngineException(
                    EngineErrorCode.InvalidRequest, $"there is an adapter '{name}' already; unload it first",
                    nameof(name));
            }

            var entry = new Entry(++_lastNumber, weights);
            _byName.Add(name, entry);
            _byNumber.Add(entry.Number, entry);
        }
    }

    /// <summary>Takes an adapter for a request.</summary>
    /// <param name="name">Null for the model itself.</param>
    /// <returns>Its number; 0 for the model itself.</returns>
    /// <exception cref="EngineException">There is none of this name.</exception>
    public int Acquire(string? name)
    {
        if (name is null)
        {
            return 0;
        }

        lock (_lock)
        {
            Entry entry = Find(name, nameof(CompletionRequest.Adapter));
            entry.Uses++;
            return entry.Number;
        }
    }

    /// <summary>Gives an adapter back.</summary>
    public void Release(int number)
    {
        if (number == 0)
        {
            return;
        }

        lock (_lock)
        {
            Entry entry = _byNumber[number];
            entry.Uses--;
            SignalIfUnused(entry);
        }
    }

    /// <summary>The weights of an adapter that is in use.</summary>
    public LoraAdapter Weights(int number)
    {
        lock (_lock)
        {
            return _byNumber[number].Weights;
        }
    }

    /// <summary>Lets no further request take an adapter.</summary>
    /// <returns>Ends when the last has given it back; its number.</returns>
    /// <exception cref="EngineException">There is none of this name.</exception>
    public Task<int> RetireAsync(string name)
    {
        lock (_lock)
        {
            Entry entry = Find(name, nameof(name));
            _byName.Remove(name);
            entry.IsRetired = true;
            SignalIfUnused(entry);
            return entry.Unused.Task;
        }
    }

    /// <summary>Frees the weights of a retired adapter.</summary>
    public void Free(int number)
    {
        lock (_lock)
        {
            if (_byNumber.Remove(number, out Entry? entry))
            {
                entry.Weights.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Entry entry in _byNumber.Values)
        {
            entry.Weights.Dispose();
        }
    }

    private static void SignalIfUnused(Entry entry)
    {
        if (entry is { IsRetired: true, Uses: 0 })
        {
            entry.Unused.TrySetResult(entry.Number);
        }
    }

    private Entry Find(string name, string parameter) => _byName.TryGetValue(name, out Entry? entry)
        ? entry
        : throw new EngineException(EngineErrorCode.UnknownAdapter, $"there is no adapter '{name}'", parameter);

    private sealed class Entry(int number, LoraAdapter weights)
    {
        public int Number => number;

        public LoraAdapter Weights => weights;

        public int Uses { get; set; }

        public bool IsRetired { get; set; }

        public TaskCompletionSource<int> Unused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
