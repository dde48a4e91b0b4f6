using System.Globalization;

namespace Puyu.Models.Gguf;

/// <summary>The key-value pairs of a GGUF file.</summary>
/// <param name="path">File, named in errors.</param>
/// <param name="values">
/// Integers as <see cref="long"/> or <see cref="ulong"/>, real numbers as <see cref="double"/>, booleans, strings, and
/// arrays of all of these but strings.
/// </param>
internal sealed class GgufMetadata(string path, IReadOnlyDictionary<string, object> values)
{
    /// <summary>Keys and values.</summary>
    public IReadOnlyDictionary<string, object> Values => values;

    /// <summary>A string; null where the key is absent.</summary>
    /// <exception cref="InvalidDataException">The value is of another type.</exception>
    public string? Text(string key) => Find(key) is { } value
        ? value as string ?? throw Wrong(key, value, "a string")
        : null;

    /// <summary>An integer of 0 or more; null where the key is absent.</summary>
    /// <exception cref="InvalidDataException">The value is of another type, or does not fit 31 bits.</exception>
    public int? Integer(string key) => Find(key) switch
    {
        null => null,
        long value when value is >= 0 and <= int.MaxValue => (int)value,
        { } value => throw Wrong(key, value, "an integer from 0 to 2³¹ − 1"),
    };

    /// <summary>An integer that must be there.</summary>
    /// <exception cref="InvalidDataException">The key is absent, or its value no such integer.</exception>
    public int Required(string key) => Integer(key) ?? throw new InvalidDataException($"{path} lacks the key {key}");

    /// <summary>A real number; null where the key is absent.</summary>
    /// <exception cref="InvalidDataException">The value is of another type.</exception>
    public double? Number(string key) => Find(key) switch
    {
        null => null,
        double value => value,
        { } value => throw Wrong(key, value, "a real number"),
    };

    private object? Find(string key) => values.GetValueOrDefault(key);

    private InvalidDataException Wrong(string key, object value, string rule) => new(string.Create(
        CultureInfo.InvariantCulture, $"{path}: {key} is {value} but must be {rule}"));
}
