using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>Makes states of expressions: Thompson's construction, with an edge through a rule for each call.</summary>
internal sealed class PushdownBuilder
{
    /// <summary>States that a constraint may need: what is larger is refused before it takes memory and time.</summary>
    public const int MaxStates = 200_000;

    private readonly Dictionary<Rule, int> _starts = [];
    private readonly Queue<Rule> _pending = [];

    private PushdownBuilder()
    {
    }

    private List<PushdownState> States { get; } = [];

    /// <summary>Builds the automaton of an expression.</summary>
    /// <exception cref="EngineException">It is too large, nothing fits it, or a rule begins with itself.</exception>
    public static PushdownAutomaton Build(Expression expression)
    {
        var builder = new PushdownBuilder();
        var root = new Rule("root") { Body = expression };
        int start = builder.Start(root);
        while (builder._pending.TryDequeue(out Rule? rule))
        {
            int end = builder.Add();
            builder.States[end].Ends = true;
            builder.Connect(rule.Body, builder._starts[rule], end);
        }

        var names = builder._starts.ToDictionary(pair => pair.Value, pair => pair.Key.Name);
        PushdownChecks.Trim(builder.States, start);
        PushdownChecks.RefuseLeftRecursion(builder.States, names);
        return new PushdownAutomaton([.. builder.States], start);
    }

    private int Start(Rule rule)
    {
        if (!_starts.TryGetValue(rule, out int start))
        {
            start = Add();
            _starts.Add(rule, start);
            _pending.Enqueue(rule);
        }

        return start;
    }

    private int Add()
    {
        if (States.Count == MaxStates)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint,
                $"the constraint needs more than {MaxStates} states but must not; lower its counts and lengths");
        }

        States.Add(new PushdownState());
        return States.Count - 1;
    }

    /// <summary>Lets an expression lead from a state to another. Nothing is added that leads back to either.</summary>
    private void Connect(Expression expression, int from, int to)
    {
        switch (expression)
        {
            case Expression.Literal literal:
                ConnectBytes(literal.Bytes.Span, from, to);
                break;
            case Expression.Characters characters:
                ConnectCharacters(characters.Set, from, to);
                break;
            case Expression.Special special:
                States[from].Specials.Add((special.TokenId, to));
                break;
            case Expression.Sequence sequence:
                ConnectSequence(sequence.Parts, from, to);
                break;
            case Expression.Choice choice:
                foreach (Expression option in choice.Options)
                {
                    Connect(option, from, to);
                }

                break;
            case Expression.Repeat repeat:
                ConnectRepeat(repeat, from, to);
                break;
            case Expression.Call call:
                States[from].Calls.Add((Start(call.Rule), to));
                break;
        }
    }

    private void ConnectBytes(ReadOnlySpan<byte> bytes, int from, int to)
    {
        if (bytes.IsEmpty)
        {
            States[from].Epsilons.Add(to);
            return;
        }

        foreach (byte value in bytes[..^1])
        {
            int next = Add();
            States[from].Bytes.Add((value, value, next));
            from = next;
        }

        States[from].Bytes.Add((bytes[^1], bytes[^1], to));
    }

    private void ConnectCharacters(CharacterSet set, int from, int to)
    {
        var shared = new Dictionary<(byte First, byte Last, int Target), int>();
        foreach ((byte First, byte Last)[] sequence in set.Ranges.SelectMany(r => Utf8Ranges.Split(r.First, r.Last)))
        {
            int target = to;
            for (int i = sequence.Length - 1; i > 0; i--)
            {
                (byte First, byte Last, int Target) edge = (sequence[i].First, sequence[i].Last, target);
                if (!shared.TryGetValue(edge, out target))
                {
                    target = Add();
                    States[target].Bytes.Add(edge);
                    shared.Add(edge, target);
                }
            }

            States[from].Bytes.Add((sequence[0].First, sequence[0].Last, target));
        }
    }

    private void ConnectSequence(IReadOnlyList<Expression> parts, int from, int to)
    {
        if (parts.Count == 0)
        {
            States[from].Epsilons.Add(to);
        }

        for (int i = 0; i < parts.Count; i++)
        {
            int next = i == parts.Count - 1 ? to : Add();
            Connect(parts[i], from, next);
            from = next;
        }
    }

    private void ConnectRepeat(Expression.Repeat repeat, int from, int to)
    {
        for (int i = 0; i < repeat.Min; i++)
        {
            int next = Add();
            Connect(repeat.Body, from, next);
            from = next;
        }

        if (repeat.Max is null)
        {
            int loop = Add();
            int back = Add();
            States[from].Epsilons.Add(loop);
            Connect(repeat.Body, loop, back);
            States[back].Epsilons.Add(loop);
            from = loop;
        }

        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            States[from].Epsilons.Add(to);
            int next = Add();
            Connect(repeat.Body, from, next);
            from = next;
        }

        States[from].Epsilons.Add(to);
    }
}
