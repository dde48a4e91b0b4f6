using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>Reads ECMAScript's regular expressions, without look-around, back-references and boundaries.</summary>
internal sealed class RegexParser
{
    private const int MaxDepth = 100;
    private static readonly string[] _lookArounds = ["(?=", "(?!", "(?<=", "(?<!"];

    private readonly TextCursor _cursor;
    private readonly Func<CharacterSet, Expression> _write;
    private readonly bool _searches;
    private readonly CharacterClasses _classes;

    private RegexParser(string pattern, Func<CharacterSet, Expression> write, bool searches)
    {
        _cursor = new TextCursor($"regular expression '{pattern}'", pattern);
        _write = write;
        _searches = searches;
        _classes = new CharacterClasses(_cursor);
    }

    /// <summary>Texts that a pattern matches as a whole.</summary>
    /// <exception cref="EngineException">It is malformed or not supported; says where.</exception>
    public static Expression Parse(string pattern) =>
        new RegexParser(pattern, set => new Expression.Characters(set), searches: false).Parse();

    /// <summary>Texts in which a pattern matches somewhere, as in JSON Schema.</summary>
    /// <param name="pattern">Anchors count.</param>
    /// <param name="write">How characters of a set are written.</param>
    /// <exception cref="EngineException">It is malformed or not supported; says where.</exception>
    public static Expression ParseSearch(string pattern, Func<CharacterSet, Expression> write) =>
        new RegexParser(pattern, write, searches: true).Parse();

    private Expression Parse()
    {
        Expression expression = ReadChoice(depth: 0);
        return _cursor.IsAtEnd ? expression : throw _cursor.Error("')' closes nothing");
    }

    private Expression ReadChoice(int depth)
    {
        if (depth > MaxDepth)
        {
            throw _cursor.Error($"groups nest deeper than {MaxDepth}");
        }

        var options = new List<Expression>();
        do
        {
            options.Add(ReadSequence(depth));
        }
        while (_cursor.TryRead("|"));

        return options.Count == 1 ? options[0] : new Expression.Choice(options);
    }

    private Expression.Sequence ReadSequence(int depth)
    {
        var parts = new List<Expression>();
        bool isOpen = depth == 0 && _searches;
        if (!(depth == 0 && _cursor.TryRead("^")) && isOpen)
        {
            parts.Add(Anything());
        }

        bool endsHere = false;
        while (!endsHere && !_cursor.IsAtEnd && _cursor.Next is not ('|' or ')'))
        {
            endsHere = depth == 0 && _cursor.TryRead("$");
            if (!endsHere)
            {
                parts.Add(ReadRepeated(depth));
            }
        }

        if (endsHere && !_cursor.IsAtEnd && _cursor.Next is not '|')
        {
            throw _cursor.Error("'$' must end the expression or one of its outermost alternatives");
        }

        if (isOpen && !endsHere)
        {
            parts.Add(Anything());
        }

        return new Expression.Sequence(parts);
    }

    private Expression.Repeat Anything() => new(_write(CharacterSet.All), 0, null);

    private Expression ReadRepeated(int depth)
    {
        Expression atom = ReadAtom(depth);
        if (_cursor.ReadQuantifier() is not { } counts)
        {
            return atom;
        }

        _cursor.TryRead("?"); // a lazy quantifier matches the same texts
        return _cursor.Next == '+'
            ? throw _cursor.Error("possessive quantifiers are not supported")
            : new Expression.Repeat(atom, counts.Min, counts.Max);
    }

    private Expression ReadAtom(int depth)
    {
        switch (_cursor.Next)
        {
            case '(':
                return ReadGroup(depth);
            case '[':
                return _write(_classes.ReadBrackets());
            case '.':
                _cursor.Position++;
                return _write(CharacterSet.Of("\n\r\u2028\u2029").Complement());
            case '\\':
                _cursor.Position++;
                return _write(_classes.ReadEscape());
            case '^':
                throw _cursor.Error("'^' must begin the expression or one of its outermost alternatives");
            case '$':
                throw _cursor.Error("'$' must end the expression or one of its outermost alternatives");
            case '*' or '+' or '?' or '{':
                throw _cursor.Error($"'{_cursor.Next}' repeats nothing");
            default:
                int character = _cursor.ReadCharacter();
                return _write(CharacterSet.Of((character, character)));
        }
    }

    private Expression ReadGroup(int depth)
    {
        if (Array.Exists(_lookArounds, start => _cursor.Rest.StartsWith(start, StringComparison.Ordinal)))
        {
            throw _cursor.Error("look-around is not supported");
        }

        _cursor.Read("(");
        if (_cursor.TryRead("?") && !_cursor.TryRead(":"))
        {
            SkipName();
        }

        Expression expression = ReadChoice(depth + 1);
        _cursor.Read(")");
        return expression;
    }

    private void SkipName()
    {
        _cursor.TryRead("P");
        int length = _cursor.Rest.IndexOf('>');
        if (_cursor.Next != '<' || length < 0)
        {
            throw _cursor.Error("groups can be (…), (?:…) and (?<name>…), but this is another");
        }

        _cursor.Position += length + 1;
    }
}
