using System.Globalization;
using Puyu.Abstractions;

namespace Puyu.Cli.LoadTest;

/// <summary>Lengths of prompts or completions: all alike, or uniform in a range.</summary>
/// <param name="Least">At least 1.</param>
/// <param name="Most">At least <paramref name="Least"/>.</param>
internal readonly record struct LengthMix(int Least, int Most)
{
    /// <summary>Reads <c>128</c> or <c>64-512</c>.</summary>
    /// <exception cref="OptionsException">The text is neither.</exception>
    public static LengthMix Parse(string text, string option)
    {
        string[] ends = text.Split('-');
        if (ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int least)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int most)
            && least >= 1 && most >= least)
        {
            return new LengthMix(least, most);
        }

        throw new OptionsException($"{option} is {text} but must be a length, as 128, or a range, as 64-512");
    }

    /// <summary>Draws a length.</summary>
    public int Draw(ref CounterRandom random) => Least + random.NextInt32(Most - Least + 1);

    /// <inheritdoc/>
    public override string ToString() => Least == Most ? $"{Least}" : $"{Least}-{Most}";
}
