using System.Globalization;
using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints;

/// <summary>A place in the source of a constraint.</summary>
/// <param name="kind">What the source is, for errors.</param>
/// <param name="text">The source.</param>
internal sealed class TextCursor(string kind, string text)
{
    /// <summary>Counts of a repetition that can be written.</summary>
    private const int MaxCount = 100_000;

    /// <summary>Index of the next UTF-16 unit.</summary>
    public int Position { get; set; }

    /// <summary>Whether the source ends here.</summary>
    public bool IsAtEnd => Position >= text.Length;

    /// <summary>The next UTF-16 unit; NUL at the end.</summary>
    public char Next => IsAtEnd ? '\0' : text[Position];

    /// <summary>What is left.</summary>
    public ReadOnlySpan<char> Rest => text.AsSpan(Position);

    /// <summary>The source between two places.</summary>
    public string Slice(int first, int end) => text[first..end];

    /// <summary>Goes on by a text if it is here.</summary>
    public bool TryRead(string expected)
    {
        if (!Rest.StartsWith(expected, StringComparison.Ordinal))
        {
            return false;
        }

        Position += expected.Length;
        return true;
    }

    /// <summary>Goes on by a text that must be here.</summary>
    public void Read(string expected)
    {
        if (!TryRead(expected))
        {
            throw Error($"'{expected}' is missing");
        }
    }

    /// <summary>Reads one character.</summary>
    public int ReadCharacter()
    {
        if (Rune.DecodeFromUtf16(Rest, out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
        {
            throw Error(IsAtEnd ? "a character is missing" : "half of a surrogate pair is no character");
        }

        Position += length;
        return rune.Value;
    }

    /// <summary>Reads a character by its number.</summary>
    /// <param name="digits">Hexadecimal digits.</param>
    public int ReadHex(int digits)
    {
        ReadOnlySpan<char> number = Rest[..Math.Min(digits, Rest.Length)];
        if (number.Length < digits
            || !int.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            throw Error($"{digits} hexadecimal digits are missing");
        }

        Position += digits;
        return value;
    }

    /// <summary>Reads a decimal number if there is one.</summary>
    public int? ReadCount()
    {
        int end = Position;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == Position)
        {
            return null;
        }

        if (!int.TryParse(text.AsSpan(Position, end - Position), CultureInfo.InvariantCulture, out int count)
            || count > MaxCount)
        {
            throw Error($"a count is more than {MaxCount}");
        }

        Position = end;
        return count;
    }

    /// <summary>Reads the rest of <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>.</summary>
    public (int Min, int? Max) ReadCounts()
    {
        int min = ReadCount() ?? throw Error("a count is missing");
        int? max = TryRead(",") ? ReadCount() : min;
        Read("}");
        return max < min ? throw Error($"{{{min},{max}}} counts down") : (min, max);
    }

    /// <summary>Reads <c>*</c>, <c>+</c>, <c>?</c> or counts in braces, if they are here.</summary>
    public (int Min, int? Max)? ReadQuantifier() =>
        TryRead("*") ? (0, null)
        : TryRead("+") ? (1, null)
        : TryRead("?") ? (0, 1)
        : TryRead("{") ? ReadCounts()
        : null;

    /// <summary>An error at this place.</summary>
    public EngineException Error(string problem) =>
        new(EngineErrorCode.InvalidConstraint, $"{kind} at position {Position}: {problem}");
}
