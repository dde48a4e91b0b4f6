namespace Puyu.Data.Code;

/// <summary>
/// Divides source code into tokens, well enough to find imports: comments are passed over, strings are one token.
/// </summary>
/// <remarks>Any text has tokens; what is not valid code has some. Linear; numbers are words.</remarks>
internal ref struct CodeLexer
{
    private readonly string _text;
    private readonly CodeLanguage _language;
    private readonly List<CodeToken> _tokens;
    private int _at;

    private CodeLexer(CodeLanguage language, string text, List<CodeToken> tokens)
    {
        _language = language;
        _text = text;
        _tokens = tokens;
    }

    /// <summary>Characters of comments that the last call passed over, white space included.</summary>
    public int CommentChars { get; private set; }

    /// <summary>The tokens of a file.</summary>
    public static List<CodeToken> Read(CodeLanguage language, string text) => Read(language, text, out _);

    /// <summary>The tokens of a file, and how many characters are comments.</summary>
    public static List<CodeToken> Read(CodeLanguage language, string text, out int commentChars)
    {
        var lexer = new CodeLexer(language, text, []);
        while (lexer._at < text.Length)
        {
            lexer.Next();
        }

        commentChars = lexer.CommentChars;
        return lexer._tokens;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    private readonly char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Next()
    {
        char c = _text[_at];
        if (c == '\n')
        {
            Add(CodeTokenKind.NewLine, _at++, 1);
        }
        else if (char.IsWhiteSpace(c) || (c == '\\' && Peek(1) is '\n' or '\r'))
        {
            _at += c == '\\' ? (Peek(1) == '\r' ? 3 : 2) : 1;
        }
        else if (IsComment(c))
        {
            SkipComment(c);
        }
        else if (!TryString(c))
        {
            WordOrMark(c);
        }
    }

    private readonly bool IsComment(char c) => _language == CodeLanguage.Python
        ? c == '#' : c == '/' && Peek(1) is '/' or '*';

    private void SkipComment(char c)
    {
        int start = _at;
        if (c == '#' || Peek(1) == '/')
        {
            int end = _text.IndexOf('\n', _at);
            _at = end < 0 ? _text.Length : end;
        }
        else
        {
            SkipBlockComment();
        }

        CommentChars += _at - start;
    }

    /// <summary>Block comments nest in Rust.</summary>
    private void SkipBlockComment()
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            if (_text[_at] == '/' && Peek(1) == '*' && (depth == 0 || _language == CodeLanguage.Rust))
            {
                depth++;
                _at += 2;
            }
            else if (_text[_at] == '*' && Peek(1) == '/')
            {
                depth--;
                _at += 2;
                if (depth == 0)
                {
                    return;
                }
            }
            else
            {
                _at++;
            }
        }
    }

    private bool TryString(char c)
    {
        if (TryRawString(c))
        {
            return true;
        }

        if (c == '/')
        {
            return _language == CodeLanguage.JavaScript && TryRegex();
        }

        if (!IsQuote(c))
        {
            return false;
        }

        bool isTriple = Peek(1) == c && Peek(2) == c && _language is CodeLanguage.Python or CodeLanguage.Java;
        Quoted(c, isTriple ? 3 : 1, isMultiLine: isTriple || c == '`' || _language == CodeLanguage.Rust,
            hasEscapes: !(c == '`' && _language == CodeLanguage.Go));
        return true;
    }

    private readonly bool IsQuote(char c) => c switch
    {
        '"' => true,
        '\'' => _language != CodeLanguage.Rust || Peek(2) == '\'' || Peek(1) == '\\', // else a lifetime
        '`' => _language is CodeLanguage.JavaScript or CodeLanguage.Go,
        _ => false,
    };

    /// <summary>A string up to as many quotes as it began with.</summary>
    private void Quoted(char quote, int quotes, bool isMultiLine, bool hasEscapes)
    {
        int start = _at + quotes;
        int at = start;
        while (at < _text.Length)
        {
            char c = _text[at];
            if (c == '\\' && hasEscapes)
            {
                at += 2;
                continue;
            }

            if (c == '\n' && !isMultiLine)
            {
                break; // a quote that is none, as in prose
            }

            if (c == quote && IsRun(quote, at, quotes))
            {
                Add(CodeTokenKind.String, start, at - start);
                _at = at + quotes;
                return;
            }

            at++;
        }

        at = Math.Min(at, _text.Length);
        Add(CodeTokenKind.String, start, Math.Max(0, at - start));
        _at = at;
    }

    private readonly bool IsRun(char quote, int at, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (at + i >= _text.Length || _text[at + i] != quote)
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRawString(char c)
    {
        switch (_language)
        {
            case CodeLanguage.CSharp when c is '@' or '$' or '"':
                return TryCSharpString();
            case CodeLanguage.Rust when c is 'r' or 'b' && (_at == 0 || !IsWord(_text[_at - 1])):
                return TryRustString();
            case CodeLanguage.Cpp when c == 'R' && Peek(1) == '"':
                int open = _text.IndexOf('(', _at + 2);
                if (open < 0 || open - _at > 18)
                {
                    return false;
                }

                Until(")" + _text[(_at + 2)..open] + "\"", open + 1);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Verbatim and raw strings, interpolated or not; ordinary ones are left to the others.</summary>
    private bool TryCSharpString()
    {
        int at = _at;
        bool isVerbatim = false;
        while (at < _text.Length && _text[at] is '@' or '$')
        {
            isVerbatim |= _text[at++] == '@';
        }

        int quotes = 0;
        while (at + quotes < _text.Length && _text[at + quotes] == '"')
        {
            quotes++;
        }

        if (quotes >= 3 && !isVerbatim)
        {
            Until(new string('"', quotes), at + quotes);
            return true;
        }

        if (quotes == 0 || !isVerbatim)
        {
            return false;
        }

        int end = at + 1;
        while (end < _text.Length && !(_text[end] == '"' && (end + 1 >= _text.Length || _text[end + 1] != '"')))
        {
            end += _text[end] == '"' ? 2 : 1;
        }

        end = Math.Min(end, _text.Length);
        Add(CodeTokenKind.String, at + 1, end - at - 1);
        _at = Math.Min(end + 1, _text.Length);
        return true;
    }

    private bool TryRustString()
    {
        int at = _at + (_text[_at] == 'b' && Peek(1) == 'r' ? 2 : 1);
        int hashes = 0;
        while (at + hashes < _text.Length && _text[at + hashes] == '#')
        {
            hashes++;
        }

        if (_text[at - 1] != 'r' || at + hashes >= _text.Length || _text[at + hashes] != '"')
        {
            return false;
        }

        Until("\"" + new string('#', hashes), at + hashes + 1);
        return true;
    }

    private void Until(string end, int start)
    {
        int found = _text.IndexOf(end, start, StringComparison.Ordinal);
        int stop = found < 0 ? _text.Length : found;
        Add(CodeTokenKind.String, start, stop - start);
        _at = Math.Min(_text.Length, stop + end.Length);
    }

    /// <summary>A regular expression of JavaScript: a slash where no operand ends.</summary>
    private bool TryRegex()
    {
        CodeToken last = _tokens.FindLast(static token => token.Kind != CodeTokenKind.NewLine);
        bool afterOperand = last.Length > 0
            && (last.Kind is CodeTokenKind.Word or CodeTokenKind.String || _text[last.Start] is ')' or ']' or '}')
            && !_text.AsSpan(last.Start, last.Length).SequenceEqual("return");
        if (afterOperand)
        {
            return false;
        }

        bool inClass = false;
        for (int at = _at + 1; at < _text.Length && _text[at] != '\n'; at++)
        {
            char c = _text[at];
            if (c == '\\')
            {
                at++;
            }
            else if (c == '/' && !inClass)
            {
                Add(CodeTokenKind.String, _at + 1, at - _at - 1);
                _at = at + 1;
                return true;
            }

            inClass = c == '[' || (inClass && c != ']');
        }

        return false;
    }

    private void WordOrMark(char c)
    {
        int start = _at++;
        if (!IsWord(c))
        {
            Add(CodeTokenKind.Mark, start, 1);
            return;
        }

        while (_at < _text.Length && IsWord(_text[_at]))
        {
            _at++;
        }

        Add(CodeTokenKind.Word, start, _at - start);
    }

    private readonly void Add(CodeTokenKind kind, int start, int length) =>
        _tokens.Add(new CodeToken(kind, start, length));
}
