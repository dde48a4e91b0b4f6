using System.CommandLine;
using System.Globalization;
using Puyu.Data;
using Puyu.Data.Perplexity;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data review-long write|apply</c>.</summary>
internal static class DataReviewLongCommand
{
    public static Command Create() =>
        new("review-long", "Tune the thresholds of long texts on those near them.") { Write(), Apply() };

    private static Command Write()
    {
        var inputs = new Argument<string[]>("texts")
        {
            Description = "JSON Lines of long texts of one domain and language.",
            Arity = ArgumentArity.OneOrMore,
        };
        var domain = new Option<string>("--domain") { Description = "Their domain.", Required = true };
        var language = new Option<string>("--language") { Description = "Their language.", Required = true };
        var nearest = new Option<int>("--nearest")
        {
            Description = "How many to review.",
            DefaultValueFactory = _ => 50,
        };
        var thresholds = new Option<string?>("--thresholds") { Description = "The thresholds as they stand." };
        var output = new Option<string>("--out") { Description = "File to review.", Required = true };
        var command = new Command("write", "Write the texts nearest to the threshold, to be judged.")
        {
            inputs, domain, language, nearest, thresholds, output,
        };
        command.SetAction(line =>
        {
            string itsDomain = line.GetRequiredValue(domain);
            string itsLanguage = line.GetRequiredValue(language);
            int written = BorderlineReview.Write(
                line.GetRequiredValue(inputs).SelectMany(JsonLines.Read).Select(document => document with
                {
                    Metadata = document.Metadata.SetItem("domain", itsDomain).SetItem("language", itsLanguage),
                }),
                Load(line.GetValue(thresholds)), line.GetValue(nearest), line.GetRequiredValue(output));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{written} texts to review: set \"keep\" to true or false in {line.GetRequiredValue(output)}"));
        });
        return command;
    }

    private static Command Apply()
    {
        var review = new Argument<string>("review") { Description = "The reviewed file." };
        var thresholds = new Option<string?>("--thresholds") { Description = "The thresholds as they stand." };
        var output = new Option<string>("--out") { Description = "File of the new thresholds.", Required = true };
        var command = new Command("apply", "Move thresholds to where they agree with the review.")
        {
            review, thresholds, output,
        };
        command.SetAction(line =>
        {
            DifferenceThresholds moved =
                BorderlineReview.Refit(line.GetRequiredValue(review), Load(line.GetValue(thresholds)));
            moved.Save(line.GetRequiredValue(output));
            foreach ((string domain, SortedDictionary<string, float> languages) in moved.Domains)
            {
                foreach ((string language, float threshold) in languages)
                {
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"{domain,-12} {language,-8} {threshold,8:F4}"));
                }
            }
        });
        return command;
    }

    private static DifferenceThresholds Load(string? path) =>
        path is null ? new DifferenceThresholds() : DifferenceThresholds.Load(path);
}
