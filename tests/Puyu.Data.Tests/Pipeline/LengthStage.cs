using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

/// <summary>A stage for tests: cuts a prefix, and measures characters and the share of digits.</summary>
internal sealed class LengthStage(LengthStage.Options options) : IStage
{
    public string Name => "length";

    public IReadOnlyList<Measure> Measures { get; } = [new("characters", Min: options.Least), new("digits", Max: 0.5f)];

    public static StageFactory Factory { get; } =
        new("length", (given, context) => new LengthStage(context.Read<Options>(given).Validated()));

    public StageResult Apply(Document document, Span<float> values)
    {
        string text = document.Text.StartsWith(options.Prefix, StringComparison.Ordinal)
            ? document.Text[options.Prefix.Length..] : document.Text;
        values[0] = text.Length;
        values[1] = text.Length == 0 ? float.NaN : (float)text.Count(char.IsAsciiDigit) / text.Length;
        return new StageResult(document with { Text = text }, $"'{document.Id}'");
    }

    public sealed record Options
    {
        public int Least { get; init; } = 2;

        public string Prefix { get; init; } = "> ";

        public Options Validated()
        {
            var problems = new Problems("length");
            problems.Require(Least >= 0, Least, "must not be negative");
            problems.ThrowIfAny();
            return this;
        }
    }
}
