namespace Puyu.Inference.Constraints;

/// <summary>The text that must follow, where a constraint leaves no choice of bytes.</summary>
internal static class ForcedText
{
    /// <summary>Bytes that are looked ahead.</summary>
    private const int MaxBytes = 256;

    /// <summary>Spells the text with the longest token at each place.</summary>
    /// <param name="constraint">What must be met.</param>
    /// <param name="set">Where the completion stands.</param>
    /// <param name="draft">Overwritten.</param>
    /// <returns>Number of tokens.</returns>
    public static int Draft(CompiledConstraint constraint, StateSet set, Span<int> draft)
    {
        int count = 0;
        Span<byte> buffer = stackalloc byte[MaxBytes];
        while (count < draft.Length)
        {
            if (TrySpecial(constraint, set, out int special))
            {
                draft[count++] = special;
                set = constraint.Automaton.StepSpecial(set, special);
                continue;
            }

            ReadOnlySpan<byte> text = Bytes(constraint.Automaton, ref set, buffer);
            if (text.IsEmpty)
            {
                break;
            }

            count += Spell(constraint.Vocabulary, text, draft[count..]);
        }

        return count;
    }

    private static bool TrySpecial(CompiledConstraint constraint, StateSet set, out int tokenId)
    {
        tokenId = -1;
        foreach ((int state, CallStack _) in set.Places)
        {
            PushdownState edges = constraint.Automaton.Automaton[state];
            if (edges.Bytes.Count > 0 || edges.Specials.Exists(edge => edge.TokenId != edges.Specials[0].TokenId)
                || (tokenId >= 0 && tokenId != edges.Specials[0].TokenId))
            {
                return false;
            }

            tokenId = edges.Specials[0].TokenId;
        }

        return tokenId >= 0 && !set.CanEnd;
    }

    /// <summary>The bytes that must follow; the set moves behind them.</summary>
    private static ReadOnlySpan<byte> Bytes(LazyAutomaton automaton, ref StateSet set, Span<byte> buffer)
    {
        int count = 0;
        while (count < buffer.Length && TryByte(automaton, set, out byte value))
        {
            buffer[count++] = value;
            set = automaton.Step(set, value);
        }

        return buffer[..count];
    }

    private static bool TryByte(LazyAutomaton automaton, StateSet set, out byte value)
    {
        value = 0;
        bool isFound = false;
        foreach ((int state, CallStack _) in set.Places)
        {
            PushdownState edges = automaton.Automaton[state];
            foreach ((byte first, byte last, int _) in edges.Bytes)
            {
                if (first != last || (isFound && value != first))
                {
                    return false;
                }

                (value, isFound) = (first, true);
            }

            if (edges.Specials.Count > 0)
            {
                return false;
            }
        }

        return isFound && !set.CanEnd;
    }

    private static int Spell(TokenVocabulary vocabulary, ReadOnlySpan<byte> text, Span<int> draft)
    {
        int count = 0;
        while (count < draft.Length && vocabulary.TryLongest(text, out int tokenId))
        {
            draft[count++] = tokenId;
            text = text[vocabulary.TokenBytes(tokenId).Length..];
        }

        return count;
    }
}
