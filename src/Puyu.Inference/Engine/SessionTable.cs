using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Engine;

/// <summary>The conversations that an engine remembers. Their prefixes are cached while there is room.</summary>
/// <remarks>May be shared by threads.</remarks>
/// <param name="capacity">Sessions that are remembered; beyond that the longest unused is forgotten.</param>
internal sealed class SessionTable(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Session>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> _byUse = new();

    /// <summary>Takes a session for a request; makes it if there is none.</summary>
    /// <exception cref="EngineException">Another request has it.</exception>
    public Session Begin(string id)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out LinkedListNode<Session>? node))
            {
                ForgetLongestUnused();
                _byId[id] = node = new LinkedListNode<Session>(new Session(id));
            }
            else
            {
                _byUse.Remove(node);
            }

            _byUse.AddLast(node);
            if (node.Value.IsBusy)
            {
                throw new EngineException(
                    EngineErrorCode.SessionBusy,
                    $"session '{id}' is completing another prompt; wait for it or abort it",
                    nameof(CompletionRequest.SessionId));
            }

            node.Value.IsBusy = true;
            return node.Value;
        }
    }

    /// <summary>Gives a session back.</summary>
    /// <param name="session">From <see cref="Begin"/>.</param>
    /// <param name="sequence">Its tokens from then on; null where nothing was added.</param>
    public void End(Session session, Sequence? sequence)
    {
        lock (_lock)
        {
            if (sequence is not null)
            {
                session.History = sequence.TokenIds.ToArray();
                session.Salt = sequence.Salt;
            }

            session.IsBusy = false;
        }
    }

    /// <summary>Forgets a session.</summary>
    /// <returns>Null if there is none.</returns>
    public Session? Remove(string id)
    {
        lock (_lock)
        {
            if (!_byId.Remove(id, out LinkedListNode<Session>? node))
            {
                return null;
            }

            _byUse.Remove(node);
            return node.Value;
        }
    }

    private void ForgetLongestUnused()
    {
        if (_byId.Count < capacity)
        {
            return;
        }

        for (LinkedListNode<Session>? node = _byUse.First; node is not null; node = node.Next)
        {
            if (!node.Value.IsBusy)
            {
                _byUse.Remove(node);
                _byId.Remove(node.Value.Id);
                return;
            }
        }
    }
}
