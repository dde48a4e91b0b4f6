using Puyu.Inference.Constraints;

namespace Puyu.Inference.Tests.Support;

/// <summary>Reads text byte by byte through the states of an automaton.</summary>
internal sealed class PushdownReference
{
    private readonly PushdownAutomaton _automaton;
    private readonly HashSet<(int State, Frame? Calls)> _places;

    public PushdownReference(PushdownAutomaton automaton)
        : this(automaton, [(automaton.Start, null)])
    {
    }

    private PushdownReference(PushdownAutomaton automaton, IEnumerable<(int State, Frame? Calls)> places)
    {
        _automaton = automaton;
        _places = Close(places);
    }

    public bool IsDead => _places.Count == 0;

    public bool CanEnd => _places.Any(place => place.Calls is null && _automaton[place.State].Ends);

    public PushdownReference Step(byte value) => new(
        _automaton,
        from place in _places
        from edge in _automaton[place.State].Bytes
        where edge.First <= value && value <= edge.Last
        select (edge.Target, place.Calls));

    /// <summary>The text tokens that keep the text possible, by ascending id.</summary>
    public int[] Allowed(TokenVocabulary vocabulary)
    {
        var allowed = new List<int>();
        var path = new List<PushdownReference> { this };
        ReadOnlySpan<byte> last = [];
        foreach (int token in vocabulary.Sorted)
        {
            ReadOnlySpan<byte> bytes = vocabulary.TokenBytes(token);
            int shared = last.CommonPrefixLength(bytes);
            path.RemoveRange(shared + 1, path.Count - shared - 1);
            foreach (byte value in bytes[shared..])
            {
                path.Add(path[^1].IsDead ? path[^1] : path[^1].Step(value));
            }

            last = bytes;
            if (!path[^1].IsDead)
            {
                allowed.Add(token);
            }
        }

        return [.. allowed.Order()];
    }

    private HashSet<(int State, Frame? Calls)> Close(IEnumerable<(int State, Frame? Calls)> places)
    {
        var reached = new HashSet<(int State, Frame? Calls)>();
        var pending = new Stack<(int State, Frame? Calls)>(places);
        while (pending.TryPop(out (int State, Frame? Calls) place))
        {
            if (!reached.Add(place))
            {
                continue;
            }

            PushdownState state = _automaton[place.State];
            state.Epsilons.ForEach(target => pending.Push((target, place.Calls)));
            state.Calls.ForEach(call => pending.Push((call.Start, new Frame(call.Return, place.Calls))));
            if (state.Ends && place.Calls is { } frame)
            {
                pending.Push((frame.ReturnState, frame.Parent));
            }
        }

        return reached;
    }

    private sealed record Frame(int ReturnState, Frame? Parent);
}
