namespace Puyu.Inference.Constraints.Json;

/// <summary>Strings of a schema.</summary>
internal static class StringSchema
{
    private static readonly string[] _shapes = ["pattern", "format"];

    /// <summary>The strings that fit.</summary>
    public static Expression Compile(JsonSyntax syntax, Conjunction all)
    {
        int min = all.Parts.Max(part => part.Count("minLength") ?? 0);
        int? max = all.Parts.Min(part => part.Count("maxLength"));
        (SchemaPart Part, string Keyword)[] shapes = [.. _shapes
            .SelectMany(keyword => all.Having(keyword).Select(part => (part, keyword)))
            .DistinctBy(shape => (shape.keyword, shape.part.Text(shape.keyword)))];
        if (shapes.Length == 0)
        {
            return min == 0 && max is null
                ? syntax.String
                : max < min ? Expression.Nothing
                : JsonSyntax.Quoted(new Expression.Repeat(syntax.Character, min, max));
        }

        (SchemaPart first, string shape) = shapes[0];
        first.Require(
            shapes.Length == 1 && min == 0 && max is null, shape,
            "beside another pattern, format, minLength or maxLength is not supported");
        return JsonSyntax.Quoted(RegexParser.ParseSearch(Pattern(first, shape), JsonSyntax.Write));
    }

    private static string Pattern(SchemaPart part, string keyword)
    {
        string text = part.Text(keyword)!;
        if (keyword == "pattern")
        {
            return text;
        }

        string pattern = JsonFormats.Pattern(text)
            ?? throw part.Error(keyword, $"is {text} but must be one of {string.Join(", ", JsonFormats.Names)}");
        return $"^({pattern})$";
    }
}
