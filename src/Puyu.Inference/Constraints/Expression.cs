using System.Text;

namespace Puyu.Inference.Constraints;

/// <summary>What text may look like: the common form of patterns, schemas, grammars and tool calls.</summary>
internal abstract record Expression
{
    private Expression()
    {
    }

    /// <summary>The empty text.</summary>
    public static Expression Empty { get; } = new Sequence([]);

    /// <summary>No text at all.</summary>
    public static Expression Nothing { get; } = new Choice([]);

    /// <summary>This very text.</summary>
    public static Expression Text(string text) => new Literal(Encoding.UTF8.GetBytes(text));

    /// <summary>One after the other.</summary>
    public static Expression All(params ReadOnlySpan<Expression> parts) => new Sequence(parts.ToArray());

    /// <summary>Any one of them.</summary>
    public static Expression Any(params ReadOnlySpan<Expression> options) => new Choice(options.ToArray());

    /// <summary>Or the empty text.</summary>
    public static Expression Optional(Expression body) => new Repeat(body, 0, 1);

    /// <summary>These bytes.</summary>
    /// <param name="Bytes">UTF-8; may be empty.</param>
    public sealed record Literal(ReadOnlyMemory<byte> Bytes) : Expression;

    /// <summary>One character.</summary>
    /// <param name="Set">Of these.</param>
    public sealed record Characters(CharacterSet Set) : Expression;

    /// <summary>A special token, which no text becomes.</summary>
    /// <param name="TokenId">Its id.</param>
    public sealed record Special(int TokenId) : Expression;

    /// <summary>One after the other.</summary>
    /// <param name="Parts">None is the empty text.</param>
    public sealed record Sequence(IReadOnlyList<Expression> Parts) : Expression;

    /// <summary>Any one of several.</summary>
    /// <param name="Options">None fits nothing.</param>
    public sealed record Choice(IReadOnlyList<Expression> Options) : Expression;

    /// <summary>The same several times.</summary>
    /// <param name="Body">What is repeated.</param>
    /// <param name="Min">Least times.</param>
    /// <param name="Max">Most times; null for no limit.</param>
    public sealed record Repeat(Expression Body, int Min, int? Max) : Expression;

    /// <summary>Whatever a rule says, which may call itself.</summary>
    /// <param name="Rule">The rule.</param>
    public sealed record Call(Rule Rule) : Expression;
}
