using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>What must be true of an automaton before text is held against it.</summary>
internal static class PushdownChecks
{
    /// <summary>
    /// Removes edges that lead to where a rule can never end, so that whatever is possible can be completed.
    /// </summary>
    /// <exception cref="EngineException">Nothing can be completed at all.</exception>
    public static void Trim(List<PushdownState> states, int start)
    {
        bool[] ends = Ending(states);
        if (!ends[start])
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint, "no finite text fits the constraint, but at least one must");
        }

        foreach (PushdownState state in states)
        {
            state.Bytes.RemoveAll(edge => !ends[edge.Target]);
            state.Specials.RemoveAll(edge => !ends[edge.Target]);
            state.Epsilons.RemoveAll(target => !ends[target]);
            state.Calls.RemoveAll(call => !ends[call.Start] || !ends[call.Return]);
        }
    }

    /// <summary>Throws where a rule can call itself before any byte.</summary>
    /// <param name="states">All states.</param>
    /// <param name="names">Of rules, by their starts.</param>
    /// <exception cref="EngineException">Names the rules of a cycle.</exception>
    public static void RefuseLeftRecursion(List<PushdownState> states, Dictionary<int, string> names)
    {
        HashSet<int> nullable = Nullable(states, names.Keys);
        var callees = names.Keys.ToDictionary(start => start, start => FirstCalls(states, start, nullable));
        var callers = names.Keys.ToDictionary(start => start, _ => 0);
        foreach (int callee in callees.Values.SelectMany(starts => starts))
        {
            callers[callee]++;
        }

        // Kahn's order: what remains has a caller that remains.
        var free = new Queue<int>(callers.Where(pair => pair.Value == 0).Select(pair => pair.Key));
        while (free.TryDequeue(out int start))
        {
            foreach (int callee in callees[start])
            {
                if (--callers[callee] == 0)
                {
                    free.Enqueue(callee);
                }
            }
        }

        int[] left = [.. callers.Where(pair => pair.Value > 0).Select(pair => pair.Key)];
        if (left.Length > 0)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint,
                $"{Cycle(left, callees, names)} begins with itself, but a rule must read something before it recurs");
        }
    }

    private static bool[] Ending(List<PushdownState> states)
    {
        var callers = new List<int>?[states.Count];
        var pending = new Stack<int>();
        for (int s = 0; s < states.Count; s++)
        {
            foreach (int target in Targets(states[s]))
            {
                (callers[target] ??= []).Add(s);
            }

            if (states[s].Ends)
            {
                pending.Push(s);
            }
        }

        bool[] ends = new bool[states.Count];
        while (pending.TryPop(out int s))
        {
            if (ends[s])
            {
                continue;
            }

            ends[s] = true;
            foreach (int caller in callers[s] ?? [])
            {
                if (!ends[caller] && HasWay(states[caller], ends))
                {
                    pending.Push(caller);
                }
            }
        }

        return ends;
    }

    private static IEnumerable<int> Targets(PushdownState state) =>
        state.Bytes.Select(edge => edge.Target)
            .Concat(state.Specials.Select(edge => edge.Target))
            .Concat(state.Epsilons)
            .Concat(state.Calls.SelectMany(call => new[] { call.Start, call.Return }));

    private static bool HasWay(PushdownState state, bool[] ends) =>
        state.Bytes.Exists(edge => ends[edge.Target])
        || state.Specials.Exists(edge => ends[edge.Target])
        || state.Epsilons.Exists(target => ends[target])
        || state.Calls.Exists(call => ends[call.Start] && ends[call.Return]);

    /// <summary>Starts of the rules that the empty text fits.</summary>
    private static HashSet<int> Nullable(List<PushdownState> states, IEnumerable<int> starts)
    {
        // Rules come after those that call them first, so backwards most are found in one round.
        int[] backwards = [.. starts.OrderDescending()];
        var nullable = new HashSet<int>();
        for (int before = -1; before < nullable.Count;)
        {
            before = nullable.Count;
            foreach (int start in backwards)
            {
                if (!nullable.Contains(start)
                    && BeforeAnyByte(states, start, nullable).Any(s => states[s].Ends))
                {
                    nullable.Add(start);
                }
            }
        }

        return nullable;
    }

    private static HashSet<int> FirstCalls(List<PushdownState> states, int start, HashSet<int> nullable) =>
        [.. BeforeAnyByte(states, start, nullable).SelectMany(s => states[s].Calls).Select(call => call.Start)];

    private static HashSet<int> BeforeAnyByte(List<PushdownState> states, int start, HashSet<int> nullable)
    {
        var reached = new HashSet<int> { start };
        var pending = new Stack<int>(reached);
        while (pending.TryPop(out int s))
        {
            IEnumerable<int> through = states[s].Calls.Where(call => nullable.Contains(call.Start))
                .Select(call => call.Return);
            foreach (int next in states[s].Epsilons.Concat(through))
            {
                if (reached.Add(next))
                {
                    pending.Push(next);
                }
            }
        }

        return reached;
    }

    private static string Cycle(
        int[] left, Dictionary<int, HashSet<int>> callees, Dictionary<int, string> names)
    {
        // Backwards along callers that remain until one comes again: that is a cycle.
        var callerOf = new Dictionary<int, int>();
        foreach (int start in left)
        {
            foreach (int callee in callees[start])
            {
                callerOf[callee] = start;
            }
        }

        var path = new List<int> { left[0] };
        while (path.IndexOf(callerOf[path[^1]]) < 0)
        {
            path.Add(callerOf[path[^1]]);
        }

        int first = path.IndexOf(callerOf[path[^1]]);
        IEnumerable<string> cycle = path.Skip(first).Reverse().Select(start => names[start]);
        return $"rule {string.Join(" → ", cycle.Append(names[path[^1]]))}";
    }
}
