using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Constraints;
using Puyu.Inference.Tests.Support;
using Xunit.Abstractions;

namespace Puyu.Inference.Tests.Constraints.Json;

public class JsonSchemaCompilerTests(ITestOutputHelper output)
{
    [Fact]
    public void Compile_OfRandomSchemas_LetsOnlyValidValuesEnd()
    {
        int held = 0;
        int ended = 0;
        ulong seed = 0;
        for (; held < 200; seed++)
        {
            string text = new RandomSchema(seed).Next().ToJsonString();
            if (!TryCompile(text, out TokenConstraint? constraint))
            {
                continue;
            }

            held++;
            if (Constrained.Generate(constraint, seed, maxTokens: 500) is not { } json)
            {
                continue;
            }

            using var document = JsonDocument.Parse(text);
            using var value = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 500 });
            string? problem = new SchemaValidator(document.RootElement).Problem(value.RootElement);
            Assert.True(problem is null, $"seed {seed}: {problem}\nin {json}\nof {text}");
            ended++;
        }

        output.WriteLine($"{ended} of 200 ended; {seed - 200} contradicted themselves or were refused");
        Assert.InRange(ended, 130, 200);
        Assert.InRange(seed, 200u, 230u);
    }

    [Fact]
    public void Compile_OfAnyObject_LetsOnlyJsonEnd()
    {
        int ended = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            if (Constrained.Generate(Constrained.Compile(new OutputConstraint.JsonObject()), seed, 600) is { } json)
            {
                using var value = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 500 });
                Assert.Equal(JsonValueKind.Object, value.RootElement.ValueKind);
                ended++;
            }
        }

        Assert.InRange(ended, 10, 60);
    }

    [Theory]
    [InlineData("""{"type":"string"}""", "\"a\\u00e9\\ud83d\\ude00\\n名\"", "\"\\ud83d\"")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":2}""", "\"😀\\u0041\"", "\"a\"")]
    [InlineData("""{"type":"string","pattern":"b+"}""", "\"abba\"", "\"aa\"")]
    [InlineData("""{"type":"string","pattern":"^[\"\\\\]$"}""", "\"\\\"\"", "\"a\"")]
    [InlineData("""{"type":"integer"}""", "-120", "1.5")]
    [InlineData("""{"type":"number"}""", "-0.5e-12", ".5")]
    [InlineData("""{"type":["integer","null"]}""", "null", "true")]
    [InlineData("""{"enum":["a",{"b":[1,2]},3]}""", """{"b":[1,2]}""", "\"b\"")]
    [InlineData("""{"const":"\n"}""", "\"\\n\"", "\"n\"")]
    [InlineData("""{"enum":["a",1],"type":"integer"}""", "1", "\"a\"")]
    [InlineData("""{"enum":[1,5,"ab"],"minimum":2,"maxLength":1}""", "5", "1")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}""", "[1, 2]", "[1,2,3]")]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"null"}],"items":{"type":"boolean"}}""", "[1,null,true]", "[null]")]
    [InlineData("""{"prefixItems":[{"type":"integer"},{"type":"null"}]}""", "[1]", "[1,null,1]")]
    [InlineData("""{"properties":{"a":true,"b":false},"required":["a"]}""", "{\"a\": [{}]}", "{\"a\":1,\"b\":1}")]
    [InlineData("""{"type":"object"}""", "{ \"x\": [1, {}] }", "[]")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", "{\"a\":null,\"ab\":1}", "{\"a\":1}")]
    [InlineData("""{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}""", "{\"b\":1,\"\":2}", "{\"b\":null}")]
    [InlineData("""{"properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}},"required":["b"]}""", "{\"b\":null,\"c\":null}", "{\"a\":null}")]
    [InlineData("""{"required":["z"],"properties":{"a":{"type":"null"}}}""", "{\"z\":[3]}", "{\"a\":null}")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"next":{"$ref":"#/$defs/n"}}}}}""", "{\"next\":{\"next\":{}}}", "{\"next\":1}")]
    [InlineData("""{"$defs":{"a/b":{"type":"null"}},"anyOf":[{"$ref":"#/$defs/a~1b"},{"type":"boolean"}]}""", "null", "1")]
    [InlineData("""{"type":"integer","anyOf":[{"minimum":10},{"maximum":-10}]}""", "-11", "3")]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":5}},"required":["a"]}]}""", "{\"a\":5}", "{\"a\":4}")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":1}},"required":["k"]},{"type":"object","properties":{"k":{"const":2},"v":{"type":"null"}},"required":["k"]}]}""", "{\"k\":2,\"v\":null}", "{\"k\":1,\"v\":null}")]
    [InlineData("""{"type":"integer","format":"int32"}""", "2147483647", "2147483648")]
    public void Compile_FitsValuesOfTheSchema(string schema, string value, string other)
    {
        Assert.True(Constrained.Fits(new OutputConstraint.JsonSchema(schema), value), value);
        Assert.False(Constrained.Fits(new OutputConstraint.JsonSchema(schema), other), other);
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"uniqueItems":true}}}""", "schema #/properties/a/uniqueItems is a keyword that is not supported")]
    [InlineData("""{"items":{"anyOf":[true,{"multipleOf":2}]}}""", "schema #/items/anyOf/1/multipleOf is a keyword that is not supported")]
    [InlineData("""{"type":"text"}""", "schema #/type names text, which is no type")]
    [InlineData("""{"minLength":-1}""", "schema #/minLength must be an integer, at least 0")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "schema #/$ref is #/$defs/x but there is no such schema")]
    [InlineData("""{"$ref":"https://x.y/z"}""", "schema #/$ref is https://x.y/z but must begin with #/: other references are not supported")]
    [InlineData("""{"$ref":"#"}""", "no finite text fits the constraint, but at least one must")]
    [InlineData("""{"anyOf":[{"type":"null"},{"$ref":"#"}]}""", "schema #/anyOf/1 refers back to #, whose anyOf it is part of")]
    [InlineData("false", "no finite text fits the constraint, but at least one must")]
    [InlineData("""{"properties":{"a":{"$ref":"#"}},"required":["a"]}""", "no finite text fits the constraint, but at least one must")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "schema #/oneOf has branches 0 and 1 that could both fit, which cannot be ruled out; use anyOf, other types, or a required property with different constants")]
    [InlineData("""{"enum":[1,"a"],"pattern":"a"}""", "schema #/pattern beside a listed String is not supported")]
    [InlineData("""{"pattern":"a","maxLength":3}""", "schema #/pattern beside another pattern, format, minLength or maxLength is not supported")]
    [InlineData("""{"properties":{"a":{"pattern":"(?=a)"}}}""", "regular expression '(?=a)' at position 0: look-around is not supported")]
    public void Compile_NamesKeywordAndPlace_WhenItRefuses(string schema, string problem)
    {
        Assert.Equal(problem, Constrained.Error(new OutputConstraint.JsonSchema(schema)));
    }

    /// <summary>Schemas by chance may contradict themselves, or list values beside what is not judged.</summary>
    private static bool TryCompile(string schema, [NotNullWhen(true)] out TokenConstraint? constraint)
    {
        try
        {
            constraint = Constrained.Compile(new OutputConstraint.JsonSchema(schema));
            return true;
        }
        catch (EngineException refusal) when (refusal.Code == EngineErrorCode.InvalidConstraint)
        {
            constraint = null;
            return false;
        }
    }

    [Fact]
    public void Compile_RefusesHostileSchemas()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"items":""", 100)) + "{}" + new string('}', 100);
        string wide = $$"""{"type":"string","maxLength":{{int.MaxValue}}}""";
        string[] either = [.. Enumerable.Range(0, 16).Select(i =>
            $$"""{"anyOf":[{"minLength":{{i}}},{"maxLength":{{100 - i}}}]}""")];

        Assert.Contains("at most 64 levels deep", Error(deep), StringComparison.Ordinal);
        Assert.Contains("more than 200000 states", Error(wide), StringComparison.Ordinal);
        Assert.Contains(
            "needs more than 5000 rules", Error($$"""{"allOf":[{{string.Join(',', either)}}]}"""),
            StringComparison.Ordinal);
        Assert.Contains("must be JSON", Error("{"), StringComparison.Ordinal);

        static string Error(string schema) => Constrained.Error(new OutputConstraint.JsonSchema(schema));
    }
}
