using System.Globalization;
using Puyu.Cli.Display;
using Puyu.Cli.Reports;
using Puyu.Evaluation;

namespace Puyu.Cli.Quickstart;

/// <summary>The page that a quickstart ends with.</summary>
internal static class QuickstartReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="results">What was measured.</param>
    /// <param name="stages">The stages and how long each took.</param>
    /// <param name="recipes">Name and text of the recipes that were run.</param>
    /// <param name="lineage">The chain from the chat model to the documents, one line each.</param>
    public static string Write(
        QuickstartResults results, IReadOnlyList<(string Name, TimeSpan Time)> stages,
        IReadOnlyList<(string Name, string Text)> recipes, IReadOnlyList<string> lineage)
    {
        var page = new HtmlPage("Puyu quickstart");
        page.Paragraph(Text(
            $"A model of {results.Pretraining.Parameters / 1e6:F1} million parameters, made from scratch on {results.Machine.Threads} threads of {results.Machine.Processor} in {Terminal.Duration(Total(stages))}, from the documentation to the answers below. Every figure on this page was measured in this run."));
        AddData(page, results);
        AddTraining(page, results);
        AddCompression(page, results);
        AddChoices(page, results);
        AddSamples(page, results);
        AddRun(page, results, stages, recipes, lineage);
        return page.ToString();
    }

    private static void AddData(HtmlPage page, QuickstartResults results)
    {
        var funnel = results.Funnel;
        page.Heading("Data");
        page.Figure(BarChart.Draw("documents", [
            Bar("read", funnel.Read),
            Bar("with text", funnel.WithText),
            Bar("without exact duplicates", funnel.WithText - funnel.ExactDuplicates),
            Bar("without near duplicates", funnel.Kept),
            Bar("trained on", funnel.Training),
            Bar("held out, random", funnel.HeldOut),
            Bar("held out, namespace", funnel.HeldOutNamespace),
        ]));
        page.Paragraph(Text(
            $"{funnel.Files} files; {funnel.KeptBytes / 1e6:F1} MB of distinct text, {results.Tokenizer.TrainingTokens:N0} training tokens of a vocabulary of {results.Tokenizer.VocabSize:N0} that was learned in {results.Tokenizer.TrainingSeconds:F1} s ({results.Evaluation.HeldOut.BytesPerToken:F2} bytes a token on held-out text)."));

        static (string Name, double Value, string Text) Bar(string name, int count) => (name, count, Text($"{count:N0}"));
    }

    private static void AddTraining(HtmlPage page, QuickstartResults results)
    {
        page.Heading("Training");
        page.Paragraph("Loss a token, natural logarithm. Left to right: pre-training on the documentation.");
        page.Figure(LineChart.Draw("step", "loss", Curves(results.Pretraining)));
        page.Paragraph("Fine-tuning on questions and answers; only the answers count.");
        page.Figure(LineChart.Draw("step", "loss", Curves(results.FineTuning)));
        page.Table(
            ["run", "#steps", "#tokens", "#time", "#tokens/s", "#of peak"],
            [Row("pre-training", results.Pretraining), Row("fine-tuning", results.FineTuning)]);
        page.Paragraph(Text(
            $"Peak: {results.Machine.PeakGigaflops:F0} GFLOP/s of float32, measured with multiply-adds that stay in registers. Of peak: floating-point operations of the model, causal attention counted once, over that peak."));

        static string[] Row(string name, RunFacts run) =>
        [
            name, Text($"{run.Steps:N0}"), Text($"{run.Tokens:N0}"), Terminal.Duration(TimeSpan.FromSeconds(run.Seconds)),
            Text($"{run.TokensPerSecond:N0}"), Text($"{run.Utilization:P0}"),
        ];
    }

    private static LineChart.Series[] Curves(RunFacts run) =>
    [
        new("training", [.. run.Losses.Select(point => ((double)point.Step, point.Loss))]),
        .. run.ValidationLosses.Count == 0
            ? Array.Empty<LineChart.Series>()
            : [new("held out", [.. run.ValidationLosses.Select(point => ((double)point.Step, point.Loss))])],
    ];

    private static void AddCompression(HtmlPage page, QuickstartResults results)
    {
        page.Heading("How well it predicts text it has not seen");
        page.Paragraph(
            "Bits a byte of held-out documents, each predicted from its beginning, with 95 % intervals from 1,000 bootstrap "
            + "resamples. The compressors got the same documents as one file.");
        List<string[]> rows = [];
        Add("random members", results.Evaluation.HeldOut);
        if (results.Evaluation.HeldOutNamespace is { } whole)
        {
            Add("unseen namespace", whole);
        }

        page.Table(["text", "#documents", "#model", "#interval", "#xz -9", "#gzip -9"], rows);

        void Add(string name, CompressionFacts facts) => rows.Add(
        [
            name, Text($"{facts.Documents:N0}"), Text($"{facts.Model.Value:F3}"),
            Text($"{facts.Model.Low:F3} to {facts.Model.High:F3}"),
            facts.Xz is { } xz ? Text($"{xz:F2}") : "not installed", Text($"{facts.Gzip:F2}"),
        ]);
    }

    private static void AddChoices(HtmlPage page, QuickstartResults results)
    {
        if (results.Evaluation.HeldOutChoice is not { } random)
        {
            return;
        }

        page.Heading("Which of four summaries belongs to this member?");
        page.Paragraph(Text(
            $"The member is one the model never saw; the wrong summaries are those of other held-out members of its kind. A choice is the summary whose log-probability rises most when the member is named. {random.Questions:N0} questions about random members; 95 % Wilson intervals."));
        List<IntervalChart.Row> rows = [Row("random members, pre-trained", random.Base), Row("random members, fine-tuned", random.Chat)];
        if (results.Evaluation.NamespaceChoice is { } whole)
        {
            rows.Add(Row("unseen namespace, pre-trained", whole.Base));
            rows.Add(Row("unseen namespace, fine-tuned", whole.Chat));
        }

        page.Figure(IntervalChart.Draw(
            "share of right choices", rows, [new IntervalChart.Mark("chance", random.Chance)], value => Text($"{value:P0}")));
        page.Table(
            ["questions", "#asked", "#pre-trained", "#fine-tuned", "#gain, paired", "#p"],
            [Line("random members", random), .. results.Evaluation.NamespaceChoice is { } other ? [Line("unseen namespace", other)] : Array.Empty<string[]>()]);
        page.Paragraph(Text(
            $"By mean log-probability of a summary's tokens alone, which favours common summaries: {random.BaseByToken.Value:P1} pre-trained, {random.ChatByToken.Value:P1} fine-tuned (random members)."));

        static IntervalChart.Row Row(string name, Estimate estimate) => new(name, estimate.Value, estimate.Low, estimate.High);

        static string[] Line(string name, ChoiceFacts facts) =>
        [
            name, Text($"{facts.Questions:N0}"), Text($"{facts.Base.Value:P1}"), Text($"{facts.Chat.Value:P1}"),
            Text($"{facts.Comparison.Difference.Value:P1} [{facts.Comparison.Difference.Low:P1}, {facts.Comparison.Difference.High:P1}]"),
            Text($"{facts.Comparison.PValue:G2}"),
        ];
    }

    private static void AddSamples(HtmlPage page, QuickstartResults results)
    {
        if (results.Evaluation.Samples.Count == 0)
        {
            return;
        }

        page.Heading("Answers");
        page.Paragraph("About members the model never saw: the first ones of the held-out share, none left out.");
        page.Table(
            ["question", "answer", "documentation"],
            results.Evaluation.Samples.Select(sample => new[] { sample.Question, sample.Answer, sample.Documentation }));
    }

    private static void AddRun(
        HtmlPage page, QuickstartResults results, IReadOnlyList<(string Name, TimeSpan Time)> stages,
        IReadOnlyList<(string Name, string Text)> recipes, IReadOnlyList<string> lineage)
    {
        page.Heading("The run");
        page.Figure(BarChart.Draw(
            "time", [.. stages.Select(stage => (stage.Name, stage.Time.TotalSeconds, Terminal.Duration(stage.Time)))]));
        MachineFacts machine = results.Machine;
        page.Paragraph(
            $"{machine.Processor}, {machine.Threads} threads; {machine.Runtime}; {machine.System}; Puyu {machine.Version}.");
        page.Heading("Lineage");
        page.Paragraph("What the fine-tuned model was made of, with the first digits of the SHA-256 of each.");
        page.Code(string.Join('\n', lineage));
        foreach ((string name, string text) in recipes)
        {
            page.Heading($"Recipe: {name}");
            page.Code(text);
        }
    }

    private static TimeSpan Total(IReadOnlyList<(string Name, TimeSpan Time)> stages) =>
        stages.Aggregate(TimeSpan.Zero, (total, stage) => total + stage.Time);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
