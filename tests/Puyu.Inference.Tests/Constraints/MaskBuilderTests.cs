using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Inference.Constraints;
using Puyu.Inference.Constraints.Json;
using Puyu.Inference.Sampling;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Constraints;

public class MaskBuilderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Mask_HasWhatReadingEachTokenByteByByteAllows_OfRandomGrammars(int group)
    {
        for (ulong seed = (ulong)group; seed < 24; seed += 3)
        {
            string grammar = RandomGrammar.Next(seed);
            AssertMasks(GrammarParser.Parse(grammar), Vocabularies.Random(1_000, seed), seed, tokens: 4);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Mask_HasWhatReadingEachTokenByteByByteAllows_OfRandomSchemas(int group)
    {
        for (ulong seed = (ulong)group; seed < 12; seed += 3)
        {
            string schema = new RandomSchema(seed).Next().ToJsonString(JsonSerializerOptions.Default);
            AssertMasks(
                JsonSchemaCompiler.Compile(new JsonSyntax(), schema), Vocabularies.Random(1_500, seed), seed,
                tokens: 8);
        }
    }

    [Theory]
    [InlineData("[^\"]*")]
    [InlineData("[^\"]{0,30}")]
    [InlineData("[^\"]{0,7}")]
    [InlineData("[a-c]{3}[^\"]+")]
    [InlineData("[a-z名]*")]
    [InlineData("\\w*")]
    [InlineData("([一-三五名]|[^一-三五名])*")]
    [InlineData("a*[a-c]{0,2}[^\\\\]*b")]
    public void Mask_HasWhatReadingEachTokenByteByByteAllows_InRuns(string pattern)
    {
        AssertMasks(RegexParser.Parse(pattern), Vocabularies.Random(3_000, seed: 5), seed: 5, tokens: 10);
    }

    [Theory]
    [InlineData("[^\"]*", true)]
    [InlineData("[^\"]{0,30}", true)]
    [InlineData("([ab]a)*", false)]
    public void From_FindsWhereCharactersDoNotMatter(string pattern, bool anyLetters)
    {
        var automaton = new LazyAutomaton(PushdownBuilder.Build(RegexParser.Parse(pattern)));

        CharacterRun run = new CharacterRuns(automaton).From(automaton.Start);

        Assert.Equal(anyLetters, (CharacterKinds.Of('a') & ~run.Kinds) == 0);
        Assert.Equal(0UL, run.Kinds & CharacterKinds.Of('"'));
        Assert.Equal(0UL, run.Kinds & CharacterKinds.Broken);
    }

    private static void AssertMasks(Expression expression, TokenVocabulary vocabulary, ulong seed, int tokens)
    {
        PushdownAutomaton automaton = PushdownBuilder.Build(expression);
        var lazy = new LazyAutomaton(automaton);
        var builder = new MaskBuilder(lazy, vocabulary);
        var random = new CounterRandom(seed);
        StateSet set = lazy.Start;
        var reference = new PushdownReference(automaton);
        for (int i = 0; i < tokens; i++)
        {
            uint[] mask = builder.Mask(set);
            int[] allowed = reference.Allowed(vocabulary);

            Assert.Equal(allowed, Enumerable.Range(0, vocabulary.Size).Where(id => TokenMask.Contains(mask, id)));
            Assert.Equal(reference.CanEnd, set.CanEnd);
            if (allowed.Length == 0)
            {
                return;
            }

            foreach (byte value in vocabulary.TokenBytes(allowed[random.NextInt32(allowed.Length)]))
            {
                set = lazy.Step(set, value);
                reference = reference.Step(value);
            }
        }
    }
}
