using System.Runtime.InteropServices;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>
/// Makes sets of states as text needs them, and keeps them: the subset construction, lazily, with stacks.
/// </summary>
/// <remarks>May be shared by threads: what is known is read without a lock.</remarks>
internal sealed class LazyAutomaton
{
    /// <summary>Places of one set: a grammar that is more ambiguous is refused while text is generated.</summary>
    public const int MaxPlaces = 4_000;

    /// <summary>Sets that are kept: beyond this all are forgotten, and made again as they are needed.</summary>
    private const int MaxSets = 20_000;

    private readonly PushdownAutomaton _automaton;
    private readonly Dictionary<PlacesKey, StateSet> _sets = [];
    private readonly Dictionary<(int ReturnState, CallStack Parent), CallStack> _stacks = [];
    private readonly HashSet<(int State, CallStack Stack)> _reached = [];
    private readonly Stack<(int State, CallStack Stack)> _pending = [];
    private readonly Lock _lock = new();
    private long _nextStackId = 2;

    /// <param name="automaton">Of the constraint.</param>
    public LazyAutomaton(PushdownAutomaton automaton)
    {
        _automaton = automaton;
        Dead = new StateSet([], false, false, automaton.Representatives.Length);
        lock (_lock)
        {
            Start = Close([(automaton.Start, CallStack.Bottom)]);
        }
    }

    /// <summary>Where text begins.</summary>
    public StateSet Start { get; }

    /// <summary>Where impossible text leads.</summary>
    public StateSet Dead { get; }

    /// <summary>Places that were gone through so far: a measure of time that does not depend on the machine.</summary>
    public long Work { get; private set; }

    /// <summary>The states and their edges.</summary>
    public PushdownAutomaton Automaton => _automaton;

    /// <summary>Where a byte leads.</summary>
    public StateSet Step(StateSet set, byte value)
    {
        int byteClass = _automaton.ByteClasses[value];
        return set.Steps[byteClass] ?? MakeStep(set, byteClass);
    }

    /// <summary>Where bytes lead.</summary>
    public StateSet Step(StateSet set, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            set = Step(set, value);
        }

        return set;
    }

    /// <summary>Where a special token leads.</summary>
    public StateSet StepSpecial(StateSet set, int tokenId)
    {
        lock (_lock)
        {
            return Close(
                from place in set.Places
                from edge in _automaton[place.State].Specials
                where edge.TokenId == tokenId
                select (edge.Target, place.Stack));
        }
    }

    /// <summary>The sets of the places that share a stack, as if their callers were not known.</summary>
    public StateSet[] Localize(StateSet set)
    {
        lock (_lock)
        {
            return [.. set.Places.GroupBy(place => place.Stack)
                .Select(group => Intern(
                    [.. group.Select(place => (place.State, CallStack.Unknown))], canEnd: false, escapes: false))];
        }
    }

    private StateSet MakeStep(StateSet set, int byteClass)
    {
        byte value = _automaton.Representatives[byteClass];
        lock (_lock)
        {
            if (_sets.Count > MaxSets)
            {
                _sets.Clear();
                _stacks.Clear();
            }

            Work += set.Places.Length;
            var targets = new List<(int State, CallStack Stack)>();
            foreach ((int state, CallStack stack) in set.Places)
            {
                foreach ((byte first, byte last, int target) in _automaton[state].Bytes)
                {
                    if (first <= value && value <= last)
                    {
                        targets.Add((target, stack));
                    }
                }
            }

            StateSet next = Close(targets);
            set.Steps[byteClass] = next;
            ShareStep(set, value, next);
            return next;
        }
    }

    /// <summary>Lets other bytes lead where one does, if they have the same edges: most of a string's have.</summary>
    private void ShareStep(StateSet set, byte value, StateSet next)
    {
        for (int other = 0; other < set.Steps.Length; other++)
        {
            if (set.Steps[other] is null && HasSameEdges(set, value, _automaton.Representatives[other]))
            {
                set.Steps[other] = next;
            }
        }
    }

    private bool HasSameEdges(StateSet set, byte value, byte other)
    {
        foreach ((int state, CallStack _) in set.Places)
        {
            foreach ((byte first, byte last, int _) in _automaton[state].Bytes)
            {
                if ((first <= value && value <= last) != (first <= other && other <= last))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The set of all places that can be reached without a byte.</summary>
    private StateSet Close(IEnumerable<(int State, CallStack Stack)> places)
    {
        _reached.Clear();
        _pending.Clear();
        foreach ((int State, CallStack Stack) place in places)
        {
            Reach(place);
        }

        bool canEnd = false;
        bool escapes = false;
        while (_pending.TryPop(out (int State, CallStack Stack) place))
        {
            Work++;
            PushdownState state = _automaton[place.State];
            foreach (int target in state.Epsilons)
            {
                Reach((target, place.Stack));
            }

            foreach ((int start, int returnState) in state.Calls)
            {
                // A call that nothing follows needs no return: lists do not pile up calls.
                Reach((start, _automaton[returnState].OnlyEnds ? place.Stack : Push(returnState, place.Stack)));
            }

            if (state.Ends && place.Stack.Parent is { } parent)
            {
                Reach((place.Stack.ReturnState, parent));
            }

            canEnd |= state.Ends && place.Stack == CallStack.Bottom;
            escapes |= state.Ends && place.Stack == CallStack.Unknown;
        }

        return Intern([.. _reached.Where(IsKept)], canEnd, escapes);

        void Reach((int State, CallStack Stack) place)
        {
            if (_reached.Add(place))
            {
                _pending.Push(place);
                RefuseAmbiguity(_reached.Count);
            }
        }
    }

    private bool IsKept((int State, CallStack Stack) place) =>
        _automaton[place.State].Bytes.Count + _automaton[place.State].Specials.Count > 0;

    private CallStack Push(int returnState, CallStack parent)
    {
        ref CallStack? stack = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _stacks, (returnState, parent), out bool _);
        return stack ??= new CallStack(_nextStackId++, returnState, parent);
    }

    private StateSet Intern((int State, CallStack Stack)[] places, bool canEnd, bool escapes)
    {
        if (places.Length == 0 && !canEnd && !escapes)
        {
            return Dead;
        }

        Array.Sort(places, (a, b) => a.State != b.State
            ? a.State.CompareTo(b.State)
            : a.Stack.Id.CompareTo(b.Stack.Id));
        ref StateSet? set = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _sets, new PlacesKey(places, canEnd, escapes), out bool _);
        return set ??= new StateSet(places, canEnd, escapes, _automaton.Representatives.Length);
    }

    private static void RefuseAmbiguity(int places)
    {
        if (places > MaxPlaces)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint,
                $"the text so far can be read in more than {MaxPlaces} ways, but must not; make the constraint less "
                + "ambiguous");
        }
    }

    /// <summary>A set by what it holds.</summary>
    private readonly struct PlacesKey : IEquatable<PlacesKey>
    {
        private readonly (int State, CallStack Stack)[] _places;
        private readonly bool _canEnd;
        private readonly bool _escapes;
        private readonly int _hash;

        public PlacesKey((int State, CallStack Stack)[] places, bool canEnd, bool escapes)
        {
            _places = places;
            _canEnd = canEnd;
            _escapes = escapes;
            var hash = default(HashCode);
            foreach ((int state, CallStack stack) in places)
            {
                hash.Add(state);
                hash.Add(stack.Id);
            }

            hash.Add(canEnd);
            hash.Add(escapes);
            _hash = hash.ToHashCode();
        }

        public bool Equals(PlacesKey other) =>
            _canEnd == other._canEnd && _escapes == other._escapes && _places.AsSpan().SequenceEqual(other._places);

        public override bool Equals(object? obj) => obj is PlacesKey other && Equals(other);

        public override int GetHashCode() => _hash;
    }
}
