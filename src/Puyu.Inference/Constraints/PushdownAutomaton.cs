namespace Puyu.Inference.Constraints;

/// <summary>The states of all rules, and where text begins. Immutable.</summary>
internal sealed class PushdownAutomaton
{
    private readonly PushdownState[] _states;

    /// <param name="states">Trimmed; no rule begins with itself.</param>
    /// <param name="start">Where text begins.</param>
    public PushdownAutomaton(PushdownState[] states, int start)
    {
        _states = states;
        Start = start;
        (ByteClasses, Representatives) = Classify(states);
    }

    /// <summary>Where text begins.</summary>
    public int Start { get; }

    /// <summary>Number of states.</summary>
    public int Count => _states.Length;

    /// <summary>By byte: the class of bytes that no edge tells apart.</summary>
    public byte[] ByteClasses { get; }

    /// <summary>By class: one of its bytes.</summary>
    public byte[] Representatives { get; }

    /// <summary>A state by its number.</summary>
    public PushdownState this[int state] => _states[state];

    private static (byte[] ByteClasses, byte[] Representatives) Classify(PushdownState[] states)
    {
        bool[] begins = new bool[257];
        foreach ((byte first, byte last, int _) in states.SelectMany(state => state.Bytes))
        {
            begins[first] = true;
            begins[last + 1] = true;
        }

        byte[] classes = new byte[256];
        var representatives = new List<byte> { 0 };
        for (int value = 1; value < 256; value++)
        {
            if (begins[value])
            {
                representatives.Add((byte)value);
            }

            classes[value] = (byte)(representatives.Count - 1);
        }

        return (classes, [.. representatives]);
    }
}
