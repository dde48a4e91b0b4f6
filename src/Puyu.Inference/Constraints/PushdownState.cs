namespace Puyu.Inference.Constraints;

/// <summary>A state of a rule's automaton.</summary>
internal sealed class PushdownState
{
    /// <summary>To another state by a byte of a range.</summary>
    public List<(byte First, byte Last, int Target)> Bytes { get; } = [];

    /// <summary>To another state by a special token.</summary>
    public List<(int TokenId, int Target)> Specials { get; } = [];

    /// <summary>To another state by nothing.</summary>
    public List<int> Epsilons { get; } = [];

    /// <summary>Through a whole rule, from its start, back to a state of this rule.</summary>
    public List<(int Start, int Return)> Calls { get; } = [];

    /// <summary>Whether the rule may end here.</summary>
    public bool Ends { get; set; }

    /// <summary>Whether the rule ends here and cannot go on.</summary>
    public bool OnlyEnds => Ends && Bytes.Count + Specials.Count + Epsilons.Count + Calls.Count == 0;
}
