using System.Text;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;
using Puyu.Inference.Sampling;
using Puyu.Inference.Tests.Support;
using Puyu.Tokenizers;

namespace Puyu.Inference.Tests.Constraints;

public class TokenConstraintTests
{
    private const string Schema = """
        {"type": "object", "required": ["name", "tags"], "properties": {
          "name": {"type": "string", "maxLength": 12}, "id": {"type": "integer", "minimum": -3, "maximum": 1200},
          "tags": {"type": "array", "items": {"enum": ["ab", "abc", 12, null]}},
          "more": {"$ref": "#"}}}
        """;

    public static TheoryData<OutputConstraint> All =>
    [
        new OutputConstraint.JsonObject(),
        new OutputConstraint.JsonSchema(Schema),
        new OutputConstraint.Regex("( the|al(pha)?|[^ab]{0,9}|名字?){3}[0-9]+(,\\s?[0-9]+)*"),
        new OutputConstraint.Grammar("s ::= 'ab' s 'bc' | w\nw ::= ' '* | [a-z]* '}' w"),
        new OutputConstraint.ToolCalls([new("alpha", null, Schema), new("all", null, null)], AllowsSeveral: true),
        new OutputConstraint.AnyOf(
            [new OutputConstraint.JsonObject(), new OutputConstraint.ToolCalls([new("all", null, null)], false)]),
        new OutputConstraint.AfterReasoning("a", "bc\n", IsOpen: true, new OutputConstraint.JsonObject()),
        new OutputConstraint.AfterReasoning("<|call|>", "<|end|>", IsOpen: false, new OutputConstraint.Regex("12,?")),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void FillMask_HasTheTokensThatTheConstraintAllows(OutputConstraint constraint)
    {
        for (ulong seed = 0; seed < 12; seed++)
        {
            AssertMasks(Constrained.Compile(constraint), Constrained.Vocabulary, seed, tokens: 40);
        }
    }

    [DataFact]
    public void FillMask_HasTheTokensThatTheConstraintAllows_OfARealVocabulary()
    {
        var vocabulary = new TokenVocabulary(
            TokenizerFile.Load(TestData.File("tokenizers", "internlm2.model")));

        AssertMasks(
            Constrained.Compile(new OutputConstraint.JsonSchema(Schema), vocabulary), vocabulary, seed: 1, tokens: 12);
        AssertMasks(Constrained.Compile(new OutputConstraint.JsonObject(), vocabulary), vocabulary, seed: 2, tokens: 8);
    }

    [Fact]
    public void Accept_Throws_WhereTheConstraintForbidsTheToken()
    {
        TokenConstraint constraint = Constrained.Compile(new OutputConstraint.Regex("ab"));

        constraint.Accept('a');

        Assert.False(constraint.CanEnd);
        Assert.Equal(
            "token 99 is accepted but the constraint does not allow it here",
            Assert.Throws<ArgumentException>(() => constraint.Accept('c')).Message);
        constraint.Accept('b');
        Assert.True(constraint.IsComplete);
    }

    [Fact]
    public void Draw_EndsOnlyWhereTheConstraintCan()
    {
        var sampler = new SequenceSampler(
            SamplingOptions.Greedy with { MinTokens = 2 }, Constrained.Vocabulary, [Constrained.End],
            Constrained.Compile(new OutputConstraint.Regex("a+b?")));
        float[] wantsToEnd = new float[Constrained.Vocabulary.Size];
        wantsToEnd[Constrained.End] = 3;
        wantsToEnd['b'] = 2;
        wantsToEnd['a'] = 1;

        int first = sampler.Draw([.. wantsToEnd], [], 0).TokenId;
        sampler.Accept(first);
        SequenceSampler fork = sampler.Fork(1);
        int second = sampler.Draw([.. wantsToEnd], [first], 0).TokenId;
        fork.Accept('a');

        Assert.Equal(['a', 'b'], [first, second]);
        Assert.Equal(Constrained.End, fork.Draw([.. wantsToEnd], [first, 'a'], 0).TokenId);

        // Nothing can follow b: the end comes even before the least length.
        sampler.Accept(second);
        Assert.True(sampler.IsComplete);
        Assert.Equal(Constrained.End, sampler.Draw([.. wantsToEnd], [second], 0).TokenId);
    }

    [Fact]
    public void TryForced_FindsTheOnlyToken()
    {
        TokenConstraint constraint = Constrained.Compile(new OutputConstraint.Regex("[xy]!(ab|c)?"));

        Assert.False(constraint.TryForced(out int _));
        constraint.Accept('x');
        Assert.True(constraint.TryForced(out int forced));
        Assert.Equal('!', forced);
        constraint.Accept('!');
        Assert.False(constraint.TryForced(out int _));
    }

    [Fact]
    public void DraftForced_SpellsWhatMustFollow()
    {
        TokenConstraint constraint = Constrained.Compile(new OutputConstraint.ToolCalls(
            [new("alpha", null, """{"type": "object", "required": ["id"], "properties": {"id": {"const": 12}}}""")],
            AllowsSeveral: false));
        int[] draft = new int[50];

        int count = constraint.DraftForced(draft);
        string text = string.Concat(draft.Take(count).Select(
            id => Encoding.UTF8.GetString(Constrained.Vocabulary.TokenBytes(id))));

        // Behind the bracket white space is open.
        Assert.Equal("<|call|>\n{", text);
        Assert.Equal(3, count);
        Assert.All(draft.Take(count), token =>
        {
            Assert.True(constraint.Allows(token));
            constraint.Accept(token);
        });
        Assert.Equal(0, constraint.DraftForced(draft));
        constraint.Accept('"');
        Assert.Equal(1, constraint.DraftForced(draft.AsSpan(0, 1)));
        Assert.Equal("name", Encoding.UTF8.GetString(Constrained.Vocabulary.TokenBytes(draft[0])));
    }

    [Fact]
    public void Compile_AnyOf_GivesJsonOrCalls_AndNoMixture()
    {
        var either = new OutputConstraint.AnyOf(
        [
            new OutputConstraint.JsonSchema("""{"type":"object","properties":{"id":{"const":12}}}"""),
            new OutputConstraint.ToolCalls([new("all", null, null)], AllowsSeveral: false),
        ]);
        TokenConstraint constraint = Constrained.Compile(either);
        string[] texts = [.. Enumerable.Range(0, 40).Select(
            seed => Constrained.Generate(constraint.Fork(), (ulong)seed, maxTokens: 200)).OfType<string>()];

        string[] calls = [.. texts.Where(text => text.StartsWith("<|call|>\n", StringComparison.Ordinal))];
        string[] objects = [.. texts.Except(calls)];
        Assert.NotEmpty(calls);
        Assert.NotEmpty(objects);
        Assert.All(calls, call =>
        {
            Assert.EndsWith("<|end|>", call, StringComparison.Ordinal);
            using var json = JsonDocument.Parse(call["<|call|>\n".Length..^"<|end|>".Length]);
            Assert.Equal("all", json.RootElement.GetProperty("name").GetString());
        });
        Assert.All(objects, text =>
        {
            using var json = JsonDocument.Parse(text);
            Assert.All(json.RootElement.EnumerateObject(), member => Assert.Equal(12, member.Value.GetInt32()));
        });
    }

    [Theory]
    [InlineData(true, "", false)]
    [InlineData(true, "12", false)]
    [InlineData(true, "</think>12", true)]
    [InlineData(true, "名 < </ </thin\n</</think></think>\n\n12", false)]
    [InlineData(true, "名 < </ </thin\n</</think>\n\n12", true)]
    [InlineData(true, "so</think>so</think>12", false)]
    [InlineData(true, "so</think>\n\n\n12", false)]
    [InlineData(false, "12", true)]
    [InlineData(false, "<think>so</think>12", true)]
    [InlineData(false, "<think>so12", false)]
    [InlineData(false, "so</think>12", false)]
    public void Compile_AfterReasoning_HoldsWhatFollows(bool isOpen, string text, bool expected) => Assert.Equal(
        expected, Constrained.Fits(
            new OutputConstraint.AfterReasoning("<think>", "</think>", isOpen, new OutputConstraint.Regex("12")), text));

    [Fact]
    public void Compile_AfterReasoning_TakesMarksThatAreTokens()
    {
        TokenConstraint at = Constrained.Compile(new OutputConstraint.AfterReasoning(
            "<|call|>", "<|end|>", IsOpen: true, new OutputConstraint.Regex("12")));
        int end = Constrained.Vocabulary.SpecialTokens["<|end|>"];

        foreach (int token in (int[])['a', '<', '|', 'e', end, '1', '2'])
        {
            Assert.False(at.CanEnd);
            at.Accept(token);
        }

        Assert.True(at.IsComplete);
    }

    [Fact]
    public void Compile_CallsTools_InTheModelsSyntax()
    {
        var tools = new OutputConstraint.ToolCalls(
            [new("get", null, """{"type":"object","properties":{"q":{"type":"integer"}}}"""), new("stop", null, null)],
            AllowsSeveral: true);
        int ended = 0;

        for (ulong seed = 0; seed < 40; seed++)
        {
            if (Constrained.Generate(Constrained.Compile(tools), seed, maxTokens: 400) is not { } text)
            {
                continue;
            }

            ended++;
            Assert.All(text.Split("<|call|>\n").Skip(1), call =>
            {
                using var json = JsonDocument.Parse(call[..call.IndexOf("<|end|>", StringComparison.Ordinal)]);
                string? name = json.RootElement.GetProperty("name").GetString();
                Assert.True(name is "get" or "stop", name);
                Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("parameters").ValueKind);
            });
        }

        Assert.InRange(ended, 20, 40);
        Assert.False(Constrained.Compile(tools).Allows('<'));
    }

    [Fact]
    public void FillMask_RefusesWhatIsTooAmbiguous_InBoundedTime()
    {
        // Each letter may belong to any of thousands of places, sooner or later.
        var problem = Assert.Throws<EngineException>(() =>
        {
            TokenConstraint constraint = Constrained.Compile(new OutputConstraint.Regex("([a-z]|[a-z]{1,30}){5000}"));
            for (int i = 0; i < 200; i++)
            {
                constraint.Accept('a');
            }
        });

        Assert.Equal(EngineErrorCode.InvalidConstraint, problem.Code);
        Assert.Contains("less ambiguous", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_KeepsTheMasksOfAConstraint()
    {
        var compiler = new ConstraintCompiler(Constrained.Vocabulary, null);
        TokenConstraint first = compiler.Compile(new OutputConstraint.Regex("[a-z]+"));
        uint[] mask = new uint[TokenMask.Length(Constrained.Vocabulary.Size)];
        first.FillMask(mask);

        TokenConstraint second = compiler.Compile(new OutputConstraint.Regex("[a-z]+"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        second.FillMask(mask);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(
            EngineErrorCode.NotSupported,
            Assert.Throws<EngineException>(
                () => compiler.Compile(new OutputConstraint.ToolCalls([new("a", null, null)], false))).Code);
    }

    /// <summary>Holds masks against single steps of all tokens, along a random text.</summary>
    private static void AssertMasks(TokenConstraint constraint, TokenVocabulary vocabulary, ulong seed, int tokens)
    {
        var random = new CounterRandom(seed);
        uint[] mask = new uint[TokenMask.Length(vocabulary.Size)];
        for (int i = 0; i < tokens && !constraint.IsComplete; i++)
        {
            constraint.FillMask(mask);
            int[] allowed = [.. Enumerable.Range(0, vocabulary.Size).Where(constraint.Allows)];

            Assert.Equal(allowed, Enumerable.Range(0, vocabulary.Size).Where(id => TokenMask.Contains(mask, id)));
            Assert.True(allowed.Length > 0 || constraint.CanEnd);
            if (allowed.Length > 0)
            {
                constraint.Accept(allowed[random.NextInt32(allowed.Length)]);
            }
        }
    }
}
