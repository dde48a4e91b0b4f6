using System.Globalization;
using System.Text;

namespace Puyu.Inference.Constraints.Json;

/// <summary>The parts of JSON, as generated text has them.</summary>
/// <remarks>
/// White space is a space, or a line break with at most 32 spaces or tabs, behind brackets, commas and colons and
/// before closing brackets. Numbers have at most 18 digits before and 15 behind the point and 2 in the exponent. So a
/// text cannot go on forever without getting anywhere, and every number can be read back.
/// </remarks>
internal sealed class JsonSyntax
{
    private const int MaxIndent = 32;
    private const string Escapes = "\"\\\b\f\n\r\t";
    private const string EscapeLetters = "\"\\bfnrt";

    private static readonly CharacterSet _unescaped = CharacterSet.Of((0x20, 0x10FFFF)).Except(CharacterSet.Of("\"\\"));

    /// <summary>Sets up the rules that contain themselves.</summary>
    public JsonSyntax()
    {
        Space = Expression.Optional(Expression.Any(
            Expression.Text(" "),
            Expression.All(Expression.Text("\n"), new Expression.Repeat(OneOf(" \t"), 0, MaxIndent))));
        Separator = Expression.All(Expression.Text(","), Space);
        Character = MakeCharacter();
        String = Call("string", Quoted(new Expression.Repeat(Character, 0, null)));
        Number = Call("number", MakeNumber());
        var value = new Rule("value");
        Value = new Expression.Call(value);
        Object = Call("object", MakeObject());
        Array = Call("array", MakeArray(Value));
        value.Body = Expression.Any(String, Number, Object, Array, Boolean, Null);
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static Expression Boolean { get; } = Expression.Any(Expression.Text("true"), Expression.Text("false"));

    /// <summary><c>null</c>.</summary>
    public static Expression Null { get; } = Expression.Text("null");

    /// <summary>A decimal digit.</summary>
    public static Expression Digit { get; } = new Expression.Characters(CharacterSet.Of(('0', '9')));

    /// <summary>White space, or none.</summary>
    public Expression Space { get; }

    /// <summary>A comma with white space behind it.</summary>
    public Expression Separator { get; }

    /// <summary>One character of a string, as itself or escaped.</summary>
    public Expression Character { get; }

    /// <summary>Any string.</summary>
    public Expression String { get; }

    /// <summary>Any number.</summary>
    public Expression Number { get; }

    /// <summary>Any object.</summary>
    public Expression Object { get; }

    /// <summary>Any array.</summary>
    public Expression Array { get; }

    /// <summary>Any value.</summary>
    public Expression Value { get; }

    /// <summary>A string of this content.</summary>
    public static Expression Quoted(Expression content) =>
        Expression.All(Expression.Text("\""), content, Expression.Text("\""));

    /// <summary>The string of a text, in one way of writing it.</summary>
    public static Expression Quoted(string text)
    {
        var written = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            written.Append(Written(rune.Value));
        }

        return Quoted(Expression.Text(written.ToString()));
    }

    /// <summary>One character of a set inside a string, in one way of writing it.</summary>
    public static Expression Write(CharacterSet set)
    {
        var options = new List<Expression> { new Expression.Characters(set.Intersect(_unescaped)) };
        foreach ((int first, int last) in set.Except(_unescaped).Ranges)
        {
            for (int character = first; character <= last; character++)
            {
                options.Add(Expression.Text(Written(character)));
            }
        }

        return options.Count == 1 ? options[0] : new Expression.Choice(options);
    }

    /// <summary>One character that is written as itself.</summary>
    public static CharacterSet Unescaped => _unescaped;

    /// <summary>A member of an object.</summary>
    /// <param name="key">A string.</param>
    /// <param name="value">Any expression.</param>
    public Expression Member(Expression key, Expression value) =>
        Expression.All(key, Expression.Text(":"), Space, value);

    /// <summary>Something in brackets.</summary>
    /// <param name="open">The opening bracket.</param>
    /// <param name="content">May be empty.</param>
    /// <param name="close">The closing bracket.</param>
    public Expression Bracketed(string open, Expression content, string close) =>
        Expression.All(Expression.Text(open), Space, content, Space, Expression.Text(close));

    /// <summary>Any number of things, separated by commas.</summary>
    public Expression List(Expression item) => Expression.Optional(Expression.All(
        item, new Expression.Repeat(Expression.All(Separator, item), 0, null)));

    private static Expression.Call Call(string name, Expression body) => new(new Rule(name) { Body = body });

    private static Expression.Characters OneOf(string characters) => new(CharacterSet.Of(characters));

    private static string Written(int character)
    {
        int escape = character <= char.MaxValue ? Escapes.IndexOf((char)character, StringComparison.Ordinal) : -1;
        return escape >= 0 ? $"\\{EscapeLetters[escape]}"
            : character < ' ' ? string.Create(CultureInfo.InvariantCulture, $"\\u{character:x4}")
            : new Rune(character).ToString();
    }

    private static Expression MakeCharacter()
    {
        Expression hex = OneOf("0123456789abcdefABCDEF");
        Expression anyTwo = Expression.All(hex, hex);
        Expression surrogate = OneOf("dD");
        return Expression.Any(
            new Expression.Characters(_unescaped),
            Expression.All(Expression.Text("\\"), OneOf("\"\\/bfnrt")),
            Expression.All(Expression.Text("\\u"), OneOf("0123456789abcefABCEF"), hex, anyTwo),
            Expression.All(Expression.Text("\\u"), surrogate, OneOf("01234567"), anyTwo),
            Expression.All(
                Expression.Text("\\u"), surrogate, OneOf("89abAB"), anyTwo,
                Expression.Text("\\u"), surrogate, OneOf("cdefCDEF"), anyTwo));
    }

    private static Expression MakeNumber() => Expression.All(
        Expression.Optional(Expression.Text("-")),
        Expression.Any(
            Expression.Text("0"),
            Expression.All(OneOf("123456789"), new Expression.Repeat(Digit, 0, NumberRange.MaxDigits - 1))),
        Expression.Optional(Expression.All(
            Expression.Text("."), new Expression.Repeat(Digit, 1, NumberRange.MaxFraction))),
        Expression.Optional(Expression.All(
            OneOf("eE"), Expression.Optional(OneOf("+-")), new Expression.Repeat(Digit, 1, 2))));

    private Expression MakeObject() => Bracketed("{", List(Member(String, Value)), "}");

    private Expression MakeArray(Expression item) => Bracketed("[", List(item), "]");
}
