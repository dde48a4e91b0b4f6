using System.Text;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Tests.Support;

/// <summary>Constraints over a vocabulary of all bytes and some longer tokens.</summary>
internal static class Constrained
{
    private static readonly string[] _pieces =
    [
        "{\"", "\":", "\": ", "\",", "\", \"", "\"}", "\"]", "[\"", "},", "}}", "]}", "[[", "{}", "[]", ", ", ",\n", "\n  ",
        "true", "false", "null", "name", "id", " the", " a", "al", "pha", "12", "00", "-1", "0.5", "e+", "\\u00", "\\n",
        "é", "名", "字", "😀", "ab", "abc", "bc", "\"a", "a\"", "12,", "}\n", "::=", "value\":", "tags\": [",
    ];

    /// <summary>The end token of the vocabulary.</summary>
    public static int End => Vocabulary.SpecialTokens["</s>"];

    /// <summary>Ids 0 to 255 are the bytes; then longer tokens, then special ones.</summary>
    public static TokenVocabulary Vocabulary { get; } = MakeVocabulary();

    public static TokenConstraint Compile(OutputConstraint constraint, TokenVocabulary? vocabulary = null) =>
        new ConstraintCompiler(
            vocabulary ?? Vocabulary, new ToolCallSyntax("<|call|>\n", "<|end|>", "parameters")).Compile(constraint);

    public static string Error(OutputConstraint constraint)
    {
        var exception = Assert.Throws<EngineException>(() => Compile(constraint));
        Assert.Equal(EngineErrorCode.InvalidConstraint, exception.Code);
        return exception.Message;
    }

    /// <summary>Whether a whole text fits.</summary>
    public static bool Fits(OutputConstraint constraint, string text)
    {
        TokenConstraint at = Compile(constraint);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            if (!at.Allows(value))
            {
                return false;
            }

            at.Accept(value);
        }

        return at.CanEnd;
    }

    /// <summary>Draws from uniform random logits at temperature 2 until the end or a limit.</summary>
    /// <returns>The text; null if it did not end.</returns>
    public static string? Generate(TokenConstraint constraint, ulong seed, int maxTokens)
    {
        var options = new SamplingOptions { Temperature = 2, Seed = seed };
        var sampler = new SequenceSampler(options, Vocabulary, [End], constraint);
        var tokens = new List<int>();
        var bytes = new List<byte>();
        while (tokens.Count < maxTokens && !sampler.IsComplete)
        {
            float[] logits = Numbers.Uniform(Vocabulary.Size, (seed << 16) + (ulong)tokens.Count);
            int token = sampler.Draw(logits, tokens.ToArray(), 0).TokenId;
            if (token == End)
            {
                return Encoding.UTF8.GetString([.. bytes]);
            }

            sampler.Accept(token);
            tokens.Add(token);
            bytes.AddRange(Vocabulary.TokenBytes(token));
        }

        return sampler.IsComplete ? Encoding.UTF8.GetString([.. bytes]) : null;
    }

    private static TokenVocabulary MakeVocabulary()
    {
        byte[][] bytes = [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })];
        string[] specials = ["</s>", "<|call|>", "<|end|>"];
        byte[][] all = [.. bytes, .. _pieces.Concat(specials).Select(Encoding.UTF8.GetBytes)];
        return new TokenVocabulary(
            all, specials.Index().ToDictionary(pair => pair.Item, pair => 256 + _pieces.Length + pair.Index));
    }
}
