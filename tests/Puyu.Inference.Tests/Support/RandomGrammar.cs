using Puyu.Abstractions;

namespace Puyu.Inference.Tests.Support;

/// <summary>Grammars by chance.</summary>
internal static class RandomGrammar
{
    private static readonly string[] _atoms =
    [
        "[a-z]", "[^\"\\\\]", "'a'", "'\"'", "[0-9]", "[ \\n]", "'名'", "[一-鿿]", "[^a]", "'ab'", "' '", "[à-ÿa-f]", ".",
    ];

    private static readonly string[] _repeats = ["", "", "*", "+", "?", "{2,5}", "{0,20}"];

    /// <summary>Rules that may call each other, none at its beginning.</summary>
    public static string Next(ulong seed)
    {
        var random = new CounterRandom(seed, stream: 78);
        const int Rules = 3;
        var lines = new List<string>();
        for (int rule = 0; rule < Rules; rule++)
        {
            var options = new List<string> { Atom() + Repeat() };
            for (int i = Below(3); i > 0; i--)
            {
                options.Add($"{Atom()} ({Atom()}{Repeat()} r{Below(Rules)}){(Below(2) == 0 ? "*" : "?")} {Atom()}{Repeat()}");
            }

            lines.Add($"r{rule} ::= {string.Join(" | ", options)}");
        }

        return "root ::= (r0 r1?)+\n" + string.Join('\n', lines);

        int Below(int bound) => random.NextInt32(bound);

        string Atom() => _atoms[Below(_atoms.Length)];

        string Repeat() => _repeats[Below(_repeats.Length)];
    }
}
