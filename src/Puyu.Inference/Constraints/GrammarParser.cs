using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>
/// Reads grammars: rules <c>name ::= …</c> of literals, classes, calls, groups, alternatives and repetitions, with
/// comments from # to the end of the line, as llama.cpp's GBNF has them.
/// </summary>
internal sealed class GrammarParser
{
    private const int MaxDepth = 100;

    private readonly TextCursor _cursor;
    private readonly CharacterClasses _classes;
    private readonly Dictionary<string, Rule> _rules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    private GrammarParser(string ebnf)
    {
        _cursor = new TextCursor("grammar", ebnf);
        _classes = new CharacterClasses(_cursor);
    }

    /// <summary>Reads a grammar; the rule <c>root</c> begins, else the first.</summary>
    /// <exception cref="EngineException">It is malformed or calls a rule that it lacks; says where.</exception>
    public static Expression Parse(string ebnf) => new GrammarParser(ebnf).Parse();

    private Expression.Call Parse()
    {
        Rule? first = null;
        for (SkipSpace(); !_cursor.IsAtEnd; SkipSpace())
        {
            string name = ReadName();
            SkipSpace();
            _cursor.Read("::=");
            if (!_defined.Add(name))
            {
                throw _cursor.Error($"rule {name} is defined twice");
            }

            Rule rule = Named(name);
            first ??= rule;
            rule.Body = ReadChoice(depth: 0);
        }

        if (first is null)
        {
            throw _cursor.Error("at least one rule is needed");
        }

        string[] missing = [.. _rules.Keys.Where(name => !_defined.Contains(name)).Order(StringComparer.Ordinal)];
        return missing.Length == 0
            ? new Expression.Call(_rules.GetValueOrDefault("root", first))
            : throw _cursor.Error($"rules are called but not defined: {string.Join(", ", missing)}");
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
        for (SkipSpace(); !_cursor.IsAtEnd && _cursor.Next is not ('|' or ')') && !BeginsRule(); SkipSpace())
        {
            parts.Add(ReadRepeated(depth));
        }

        return new Expression.Sequence(parts);
    }

    private Expression ReadRepeated(int depth)
    {
        Expression atom = ReadAtom(depth);
        return _cursor.ReadQuantifier() is { } counts
            ? new Expression.Repeat(atom, counts.Min, counts.Max)
            : atom;
    }

    private Expression ReadAtom(int depth)
    {
        switch (_cursor.Next)
        {
            case '"' or '\'':
                return ReadLiteral();
            case '[':
                return new Expression.Characters(_classes.ReadBrackets());
            case '.':
                _cursor.Position++;
                return new Expression.Characters(CharacterSet.All);
            case '*' or '+' or '?' or '{':
                throw _cursor.Error($"'{_cursor.Next}' repeats nothing");
            case '(':
                _cursor.Position++;
                Expression group = ReadChoice(depth + 1);
                _cursor.Read(")");
                return group;
            default:
                return new Expression.Call(Named(ReadName()));
        }
    }

    private Expression ReadLiteral()
    {
        string quote = _cursor.Next.ToString();
        _cursor.Position++;
        var text = new StringBuilder();
        while (!_cursor.TryRead(quote))
        {
            int character = _cursor.TryRead("\\") ? _classes.ReadEscapedCharacter() : _cursor.ReadCharacter();
            text.Append(new Rune(character));
        }

        return Expression.Text(text.ToString());
    }

    private Rule Named(string name)
    {
        if (!_rules.TryGetValue(name, out Rule? rule))
        {
            rule = new Rule(name);
            _rules.Add(name, rule);
        }

        return rule;
    }

    private string ReadName()
    {
        int length = NameLength();
        if (length == 0)
        {
            throw _cursor.Error("a rule's name, a literal, a class or a group is missing");
        }

        _cursor.Position += length;
        return _cursor.Slice(_cursor.Position - length, _cursor.Position);
    }

    private int NameLength()
    {
        ReadOnlySpan<char> rest = _cursor.Rest;
        int length = 0;
        while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] is '_' or '-'))
        {
            length++;
        }

        return length;
    }

    /// <summary>Whether a name with <c>::=</c> behind it stands here.</summary>
    private bool BeginsRule()
    {
        int length = NameLength();
        return length > 0 && _cursor.Rest[length..].TrimStart().StartsWith("::=", StringComparison.Ordinal);
    }

    private void SkipSpace()
    {
        while (!_cursor.IsAtEnd && (char.IsWhiteSpace(_cursor.Next) || _cursor.Next == '#'))
        {
            int line = _cursor.Rest.IndexOf('\n');
            _cursor.Position += _cursor.Next != '#' ? 1 : line < 0 ? _cursor.Rest.Length : line;
        }
    }
}
