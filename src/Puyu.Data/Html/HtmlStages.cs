using Puyu.Data.Pipeline;

namespace Puyu.Data.Html;

/// <summary>The stages of this folder, as recipes name them.</summary>
internal static class HtmlStages
{
    public static IEnumerable<StageFactory> All { get; } =
    [
        new StageFactory("html", (options, context) => new HtmlStage(context.Read<HtmlOptions>(options))),
    ];
}
