namespace Puyu.Data.Code;

/// <summary>A place in the tokens of a file.</summary>
/// <param name="text">The file.</param>
/// <param name="tokens">Its tokens.</param>
internal sealed class TokenCursor(string text, List<CodeToken> tokens)
{
    /// <summary>Index of the token that is next.</summary>
    public int Position { get; set; }

    /// <summary>Whether there is none.</summary>
    public bool IsAtEnd => Position >= tokens.Count;

    /// <summary>Whether the next one begins a line.</summary>
    public bool IsAtLineStart => Position == 0 || tokens[Position - 1].Kind == CodeTokenKind.NewLine;

    /// <summary>Whether the next one begins a statement.</summary>
    public bool IsAtStatement => IsAtLineStart || PreviousIs(";") || PreviousIs("{") || PreviousIs("}");

    /// <summary>Kind of the next one; a newline at the end.</summary>
    public CodeTokenKind Kind => IsAtEnd ? CodeTokenKind.NewLine : tokens[Position].Kind;

    /// <summary>Text of the next one.</summary>
    public ReadOnlySpan<char> Text => IsAtEnd
        ? default : text.AsSpan(tokens[Position].Start, tokens[Position].Length);

    /// <summary>Whether the next one is a word or mark.</summary>
    public bool Is(string token) => Kind != CodeTokenKind.String && Text.SequenceEqual(token);

    /// <summary>Whether the one before the next is a word or mark.</summary>
    public bool PreviousIs(string token) => Position > 0 && tokens[Position - 1].Kind != CodeTokenKind.String
        && text.AsSpan(tokens[Position - 1].Start, tokens[Position - 1].Length).SequenceEqual(token);

    /// <summary>Passes over a word or mark, if it is next.</summary>
    public bool Take(string token)
    {
        bool isNext = !IsAtEnd && Is(token);
        Position += isNext ? 1 : 0;
        return isNext;
    }

    /// <summary>Passes over a token of a kind, if it is next.</summary>
    /// <returns>Its text; null if it is not next.</returns>
    public string? Take(CodeTokenKind kind)
    {
        if (IsAtEnd || Kind != kind)
        {
            return null;
        }

        string taken = Text.ToString();
        Position++;
        return taken;
    }

    /// <summary>Passes over ends of lines.</summary>
    public void SkipLines()
    {
        while (!IsAtEnd && Kind == CodeTokenKind.NewLine)
        {
            Position++;
        }
    }

    /// <summary>Goes on to the end of the line.</summary>
    public void SkipLine()
    {
        while (!IsAtEnd && Kind != CodeTokenKind.NewLine)
        {
            Position++;
        }
    }

    /// <summary>Words with marks between them, as <c>a.b.c</c> or <c>a::b</c>; empty if no word is next.</summary>
    public string TakePath(string separator)
    {
        var path = new System.Text.StringBuilder();
        while (Kind == CodeTokenKind.Word && !IsAtEnd)
        {
            path.Append(Text);
            Position++;
            int before = Position;
            if (!TakeAll(separator) || Kind != CodeTokenKind.Word)
            {
                Position = before;
                break;
            }

            path.Append(separator);
        }

        return path.ToString();
    }

    /// <summary>Passes over marks that follow each other, if they are next.</summary>
    public bool TakeAll(string marks)
    {
        int before = Position;
        foreach (char mark in marks)
        {
            if (IsAtEnd || Kind != CodeTokenKind.Mark || Text[0] != mark)
            {
                Position = before;
                return false;
            }

            Position++;
        }

        return true;
    }
}
