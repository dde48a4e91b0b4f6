using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;
using Puyu.Testing;
using Puyu.Tokenizers;

namespace Puyu.Benchmarks.Inference;

/// <summary>What a draw costs beside a copy of the logits, and what the mask of a constraint costs.</summary>
/// <remarks>
/// The vocabulary is InternLM2's, 92,544 tokens (PUYU_TEST_DATA, else ../shared/data); masks are left out where it is
/// absent. Logits are normal with a standard deviation of 3. A text is new where the constraint was just compiled, so
/// that every mask is found for the first time where the text stands in a state that is new. A time of a mask is the
/// least of 15 rounds, each with the constraint compiled anew: others are the machine's.
/// </remarks>
public static class SamplingBench
{
    private const int Rounds = 51;
    private const int MaskRounds = 15;
    private const int VocabSize = 92_544;

    private const string Schema = """
        {"type": "object", "required": ["title", "year", "rating", "people", "tags"], "properties": {
          "title": {"type": "string"}, "year": {"type": "integer", "minimum": 1600, "maximum": 2100},
          "rating": {"type": "number", "minimum": 0, "maximum": 10},
          "people": {"type": "array", "items": {"type": "object", "required": ["name", "role"], "properties": {
            "name": {"type": "string"}, "role": {"enum": ["author", "editor", "translator"]},
            "born": {"type": "string", "format": "date"}}}},
          "tags": {"type": "array", "items": {"type": "string", "maxLength": 24}}}}
        """;

    /// <summary>Prints both tables; takes about half a minute.</summary>
    public static void Run(TextWriter output)
    {
        output.WriteLine($"{VocabSize} logits, one thread, medians of {Rounds}, each beside the copy of the logits");
        output.WriteLine();
        output.WriteLine("| draw | ms | copies |");
        output.WriteLine("| --- | --: | --: |");
        foreach ((string name, SamplingOptions options, int? top) in Draws())
        {
            output.WriteLine(Row(name, options, top));
        }

        output.WriteLine();
        string path = TestData.File("tokenizers", "internlm2.model");
        if (!File.Exists(path))
        {
            output.WriteLine($"masks: left out, there is no {path}");
            return;
        }

        Masks(output, TokenizerFile.Load(path));
    }

    private static IEnumerable<(string Name, SamplingOptions Options, int? Top)> Draws()
    {
        var usual = new SamplingOptions { Temperature = 0.8f, TopK = 50, TopP = 0.8f };
        yield return ("greedy", SamplingOptions.Greedy, null);
        yield return ("top-k 50, top-p 0.8", usual, null);
        yield return ("the same, 5 log-probabilities", usual, 5);
        yield return ("the same, three penalties over 2,000 tokens", usual with
        {
            RepetitionPenalty = 1.1f,
            FrequencyPenalty = 0.2f,
            PresencePenalty = 0.2f,
        }, null);
        yield return ("top-p 0.8", new SamplingOptions { TopP = 0.8f }, null);
        yield return ("min-p 0.05", new SamplingOptions { MinP = 0.05f }, null);
        yield return ("typical 0.9", new SamplingOptions { TypicalP = 0.9f }, null);
        yield return ("temperature alone", new SamplingOptions(), null);
    }

    private static string Row(string name, SamplingOptions options, int? top)
    {
        float[] logits = new float[VocabSize];
        float[] work = new float[VocabSize];
        int[] tokens = new int[2_000];
        var random = new CounterRandom(seed: 7);
        for (int i = 0; i < VocabSize; i++)
        {
            logits[i] = 3 * random.NextNormal();
        }

        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = random.NextInt32(VocabSize);
        }

        var vocabulary = new TokenVocabulary(
            [.. Enumerable.Repeat(Array.Empty<byte>(), VocabSize)], new Dictionary<string, int>());
        var sampler = new SequenceSampler(options, vocabulary, [2], topLogProbabilities: top);
        double[] seconds = Alternating.MedianSeconds(
            Rounds,
            () => logits.CopyTo(work, 0),
            () =>
            {
                logits.CopyTo(work, 0);
                sampler.Draw(work, tokens, 1_000);
            });
        double draw = seconds[1] - seconds[0];
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {1e3 * draw:F3} | {draw / seconds[0]:F1} |");
    }

    private static void Masks(TextWriter output, Tokenizer tokenizer)
    {
        long started = Stopwatch.GetTimestamp();
        var vocabulary = new TokenVocabulary(tokenizer);
        int nodes = vocabulary.Trie.Labels.Length;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"once for a model: {Milliseconds(started):F0} ms for a trie of {nodes} nodes"));
        output.WriteLine();
        output.WriteLine(
            "| constraint | compiled, ms | tokens | masks of a new text, mean ms | largest | of the same again, mean ms |");
        output.WriteLine("| --- | --: | --: | --: | --: | --: |");
        string json = Document();
        (string Name, OutputConstraint Constraint, string Text)[] cases =
        [
            ("any JSON object", new OutputConstraint.JsonObject(), json),
            ("JSON schema", new OutputConstraint.JsonSchema(Schema), json),
            ("regular expression", new OutputConstraint.Regex("([A-Z][a-z ]+(, [a-z ]+)*\\. ?)+"), Sentences()),
            ("grammar", new OutputConstraint.Grammar("s ::= t ([+*-] t)*\nt ::= [0-9]+ | '(' s ')'"), Sums()),
        ];
        foreach ((string name, OutputConstraint constraint, string text) in cases)
        {
            output.WriteLine(MaskRow(name, constraint, Spell(text, vocabulary), vocabulary));
        }
    }

    private static string MaskRow(string name, OutputConstraint constraint, int[] tokens, TokenVocabulary vocabulary)
    {
        // The first round is the compiler's and the runtime's, not the constraint's.
        MaskTimes(new ConstraintCompiler(vocabulary, null).Compile(constraint), tokens, vocabulary);
        double compilation = double.PositiveInfinity;
        double[] uncached = [];
        double[] cached = [];
        for (int round = 0; round < MaskRounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            var compiler = new ConstraintCompiler(vocabulary, null);
            TokenConstraint compiled = compiler.Compile(constraint);
            compilation = Math.Min(compilation, Milliseconds(started));
            uncached = Least(uncached, MaskTimes(compiled, tokens, vocabulary));
            cached = Least(cached, MaskTimes(compiler.Compile(constraint), tokens, vocabulary));
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {compilation:F1} | {tokens.Length} | {uncached.Average():F3} | {uncached.Max():F2} "
            + $"| {cached.Average():F4} |");
    }

    private static double[] Least(double[] times, double[] others) =>
        times.Length == 0 ? others : [.. times.Zip(others, Math.Min)];

    /// <summary>Milliseconds of each mask along a text.</summary>
    private static double[] MaskTimes(TokenConstraint constraint, int[] tokens, TokenVocabulary vocabulary)
    {
        uint[] mask = new uint[TokenMask.Length(vocabulary.Size)];
        var times = new List<double>();
        foreach (int token in tokens)
        {
            long started = Stopwatch.GetTimestamp();
            constraint.FillMask(mask);
            times.Add(Milliseconds(started));
            constraint.Accept(token);
        }

        return [.. times];
    }

    /// <summary>The text in the longest tokens: a tokenizer of whole texts may put a space before it.</summary>
    private static int[] Spell(string text, TokenVocabulary vocabulary)
    {
        var tokens = new List<int>();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (vocabulary.TryLongest(rest, out int token))
        {
            tokens.Add(token);
            rest = rest[vocabulary.TokenBytes(token).Length..];
        }

        return [.. tokens];
    }

    private static string Document()
    {
        var text = new StringBuilder("""{"title": "The Dream of the Red Chamber", "year": 1791, "rating": 9.6, "people": [""");
        for (int i = 0; i < 6; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $$"""{{(i > 0 ? ", " : "")}}{"name": "曹雪芹 {{i}}, of the capital", "role": "author", "born": "1715-06-0{{i + 1}}"}""");
        }

        return text.Append("""], "tags": ["novel", "classic", "four great novels"]}""").ToString();
    }

    private static string Sentences() => string.Concat(
        Enumerable.Repeat("Here stands a sentence, with a second part, and a third. ", 12)).TrimEnd();

    private static string Sums() => string.Concat(Enumerable.Repeat("(12+7*(30-4))*98-", 40)) + "1";

    private static double Milliseconds(long started) => Stopwatch.GetElapsedTime(started).TotalMilliseconds;
}
