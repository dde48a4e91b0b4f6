using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>The members of requests that say what a completion must look like.</summary>
internal static class ConstraintFields
{
    /// <summary>Reads <c>response_format</c>, <c>regex</c> and <c>grammar</c>; null for anything goes.</summary>
    public static OutputConstraint? Read(Fields body)
    {
        OutputConstraint?[] given =
        [
            body.Object("response_format") is { } format ? OfFormat(format, format.Object("json_schema")) : null,
            body.Text("regex") is { } pattern ? new OutputConstraint.Regex(pattern) : null,
            body.Text("grammar") is { } grammar ? new OutputConstraint.Grammar(grammar) : null,
        ];
        return given.Count(constraint => constraint is not null) > 1
            ? throw ApiException.Invalid(
                "response_format, regex and grammar are given together but only one can hold", "response_format")
            : given.FirstOrDefault(constraint => constraint is not null);
    }

    /// <summary>Reads an object with a <c>type</c>.</summary>
    /// <param name="format">The object.</param>
    /// <param name="holder">What has the member <c>schema</c>.</param>
    public static OutputConstraint? OfFormat(Fields format, Fields? holder)
    {
        switch (format.RequiredText("type"))
        {
            case "text":
                return null;
            case "json_object":
                return new OutputConstraint.JsonObject();
            case "json_schema":
                Fields schema = holder ?? throw format.Missing("json_schema");
                return new OutputConstraint.JsonSchema(
                    (schema.Object("schema") ?? throw schema.Missing("schema")).Element.GetRawText());
            case "regex_schema":
                return new OutputConstraint.Regex(format.RequiredText("regex_schema"));
            default:
                throw Fields.OutOfRange(
                    format.PathOf("type"), format.RequiredText("type"),
                    "must be text, json_object, json_schema or regex_schema");
        }
    }
}
