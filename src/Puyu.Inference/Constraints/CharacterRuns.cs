namespace Puyu.Inference.Constraints;

/// <summary>Finds what can follow a set without being read byte by byte: the content of strings, above all.</summary>
/// <remarks>Not for use by several threads; sets keep what was found.</remarks>
/// <param name="automaton">Of the constraint.</param>
internal sealed class CharacterRuns(LazyAutomaton automaton)
{
    /// <summary>Characters that are followed; few tokens have more, except where a set leads to itself.</summary>
    private const int MaxLength = 16;

    /// <summary>Sets that may stand between the first and the last bytes of a kind of characters.</summary>
    private const int MaxBetween = 64;

    /// <summary>
    /// Places of a set that is looked at: more ambiguous ones are read as tokens need them, lest text that nobody
    /// writes is refused.
    /// </summary>
    private const int MaxPlaces = 64;

    private readonly HashSet<(StateSet Set, int Depth)> _followed = [];

    /// <summary>The texts that can follow a set.</summary>
    public CharacterRun From(StateSet set) => set.Run ??= MakeRun(set);

    private CharacterRun MakeRun(StateSet set)
    {
        ulong kinds = Step(set).Kinds;
        int length = 0;
        while (kinds != 0 && length < MaxLength && (kinds & ~Step(set).Kinds) == 0)
        {
            if (Step(set).Target == set)
            {
                return new CharacterRun(kinds, int.MaxValue);
            }

            set = Step(set).Target;
            length++;
        }

        return new CharacterRun(kinds, length);
    }

    private CharacterStep Step(StateSet set) => set.Step ??= MakeStep(set);

    private CharacterStep MakeStep(StateSet set)
    {
        if (set.Places.Length > MaxPlaces)
        {
            return new CharacterStep(automaton.Dead, 0);
        }

        IGrouping<StateSet?, int>? most = Enumerable.Range(0, CharacterKinds.Bytes.Length)
            .GroupBy(kind => Target(set, CharacterKinds.Bytes[kind]))
            .Where(group => group.Key is not null)
            .MaxBy(group => group.Count());
        return most is null
            ? new CharacterStep(automaton.Dead, 0)
            : new CharacterStep(most.Key!, most.Aggregate(0UL, (kinds, kind) => kinds | (1UL << kind)));
    }

    /// <summary>The one set to which all characters of a kind lead; null if some lead elsewhere or nowhere.</summary>
    private StateSet? Target(StateSet set, (byte First, byte Last)[][] sequences)
    {
        StateSet? target = null;
        foreach ((byte First, byte Last)[] sequence in sequences)
        {
            _followed.Clear();
            if (!LeadsTo(ref target, set, sequence, depth: 0))
            {
                return null;
            }
        }

        return target;
    }

    private bool LeadsTo(ref StateSet? target, StateSet set, (byte First, byte Last)[] sequence, int depth)
    {
        if (depth == sequence.Length)
        {
            target ??= set;
            return target == set;
        }

        byte[] classes = automaton.Automaton.ByteClasses;
        (byte first, byte last) = sequence[depth];
        for (int byteClass = classes[first]; byteClass <= classes[last]; byteClass++)
        {
            StateSet next = automaton.Step(set, automaton.Automaton.Representatives[byteClass]);
            if (_followed.Add((next, depth))
                && (next.IsDead || _followed.Count > MaxBetween || !LeadsTo(ref target, next, sequence, depth + 1)))
            {
                return false;
            }
        }

        return true;
    }
}
