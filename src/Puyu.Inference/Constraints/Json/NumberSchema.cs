namespace Puyu.Inference.Constraints.Json;

/// <summary>Numbers of a schema.</summary>
internal static class NumberSchema
{
    private static readonly NumberRange _open = new(null, null, false, false);

    /// <summary>The integers that fit.</summary>
    public static Expression CompileInteger(Conjunction all) => Range(all).Integers();

    /// <summary>The numbers that fit; only without bounds may they have exponents.</summary>
    public static Expression CompileNumber(JsonSyntax syntax, Conjunction all)
    {
        NumberRange range = Range(all);
        return range.IsOpen ? syntax.Number : range.Decimals();
    }

    /// <summary>The bounds of all schemas together.</summary>
    public static NumberRange Range(Conjunction all) => all.Parts.Aggregate(_open, (range, part) => range
        .And(new NumberRange(part.Number("minimum"), part.Number("maximum"), false, false))
        .And(new NumberRange(part.Number("exclusiveMinimum"), part.Number("exclusiveMaximum"), true, true))
        .And(OfFormat(part)));

    private static NumberRange OfFormat(SchemaPart part) => part.Text("format") switch
    {
        null or "int64" or "double" => _open,
        "int32" => new NumberRange(int.MinValue, int.MaxValue, false, false),
        _ when JsonFormats.Pattern(part.Text("format")!) is not null => _open, // about strings, if they fit too
        var format => throw part.Error("format", $"is {format} but must be int32, int64 or double for numbers"),
    };
}
