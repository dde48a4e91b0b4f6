using System.Text.Encodings.Web;
using System.Text.Json;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Values of enum and const.</summary>
internal static class ListedValues
{
    private static readonly JsonSerializerOptions _compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Those of the values that fit what else is said.</summary>
    public static Expression Compile(Conjunction all, IReadOnlyList<JsonElement> values) => new Expression.Choice(
        [.. values.Where(value => Fits(all, value))
            .Select(value => Expression.Text(JsonSerializer.Serialize(value, _compact)))]);

    private static bool Fits(Conjunction all, JsonElement value)
    {
        if (!all.Types().Any(type => Conjunction.IsOfType(value, type)) && all.Having("type").Any())
        {
            return false;
        }

        RefuseWhatIsNotJudged(all, value);
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out decimal number) && NumberSchema.Range(all).Contains(number),
            JsonValueKind.String => all.Parts.All(part => HasLength(part, value.GetString()!)),
            _ => true,
        };
    }

    private static bool HasLength(SchemaPart part, string text)
    {
        int length = text.EnumerateRunes().Count();
        return length >= (part.Count("minLength") ?? 0) && length <= (part.Count("maxLength") ?? length);
    }

    private static void RefuseWhatIsNotJudged(Conjunction all, JsonElement value)
    {
        foreach (SchemaPart part in all.Parts)
        {
            string? other = part.Keywords.FirstOrDefault(keyword =>
                Conjunction.TypeOfKeyword(keyword) is { } type && type != "number" && Conjunction.IsOfType(value, type)
                && keyword is not ("minLength" or "maxLength"));
            part.Require(other is null, other ?? "", $"beside a listed {value.ValueKind} is not supported");
        }
    }
}
