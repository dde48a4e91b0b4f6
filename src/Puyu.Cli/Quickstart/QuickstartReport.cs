using System.Globalization;
using Puyu.Cli.Display;
using Puyu.Cli.Reports;
using Puyu.Data.Audit;
using Puyu.Evaluation;

namespace Puyu.Cli.Quickstart;

/// <summary>The page that a quickstart ends with: what <see cref="QuickstartResults"/> holds.</summary>
/// <param name="results">What was measured.</param>
internal sealed class QuickstartReport(QuickstartResults results)
{
    private readonly HtmlPage _page = new("Puyu quickstart");

    /// <summary>Writes the page.</summary>
    /// <param name="stages">The stages and how long each took.</param>
    /// <param name="recipes">Name and text of the recipes that were run.</param>
    /// <param name="lineage">The chain from the chat model to the documents, one line each.</param>
    public string Write(
        IReadOnlyList<(string Name, TimeSpan Time)> stages, IReadOnlyList<(string Name, string Text)> recipes,
        IReadOnlyList<string> lineage)
    {
        TimeSpan total = stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Time);
        _page.Paragraph(Text($"""
            A model of {results.Pretraining.Parameters / 1e6:F1} million parameters, made from scratch on
            {results.Machine.Threads} threads of {results.Machine.Processor} in {Terminal.Duration(total)}, from the
            documentation to the answers below. Every figure on this page was measured in this run.
            """));
        AddData();
        AddTraining();
        AddCompression();
        AddChoices();
        AddQuantization();
        AddSamples();
        AddStages(stages);
        AddOrigin(recipes, lineage);
        return _page.ToString();
    }

    private void AddData()
    {
        LedgerFunnel funnel = results.Documents.Funnel;
        _page.Heading("Data");
        _page.Figure(BarChart.Draw("documents", [
            Bar("read", funnel.Documents),
            .. funnel.Stages.Where(stage => stage.Removed > 0).Select(
                stage => Bar($"behind {stage.Step}/{stage.Stage}", stage.Kept)),
            Bar("trained on", results.Division.Training),
            Bar("held out, random", results.Division.HeldOut),
            Bar("held out, namespace", results.Division.HeldOutNamespace),
        ]));
        _page.Paragraph(Text($"""
            {results.Documents.Files} files; {funnel.KeptBytes / 1e6:F1} MB of distinct text;
            {results.Division.SetAside} documents set aside, being related to training;
            {funnel.Quarantined} records that could not be read;
            {results.Tokenizer.TrainingTokens:N0} training tokens of a vocabulary of
            {results.Tokenizer.VocabSize:N0} that was learned in {results.Tokenizer.TrainingSeconds:F1} s
            ({results.Evaluation.HeldOut.BytesPerToken:F2} bytes a token on held-out text).
            """));

        static (string Name, double Value, string Text) Bar(string name, long count) =>
            (name, count, Text($"{count:N0}"));
    }

    private void AddTraining()
    {
        _page.Heading("Training");
        _page.Paragraph("Pre-training on the documentation: loss a token, natural logarithm.");
        _page.Figure(LineChart.Draw("step", "loss", Curves(results.Pretraining)));
        _page.Paragraph("Fine-tuning on questions and answers; only the answers count.");
        _page.Figure(LineChart.Draw("step", "loss", Curves(results.FineTuning)));
        _page.Table(
            ["run", "#steps", "#tokens", "#time", "#tokens/s", "#of peak"],
            [Row("pre-training", results.Pretraining), Row("fine-tuning", results.FineTuning)]);
        _page.Paragraph(Text($"""
            Peak: {results.Machine.PeakGigaflops:F0} GFLOP/s of float32, measured with multiply-adds that stay in
            registers. Of peak: the model's floating-point operations, causal attention counted by what it needs, over
            that peak.
            """));

        static string[] Row(string name, RunFacts run) =>
        [
            name, Text($"{run.Steps:N0}"), Text($"{run.Tokens:N0}"),
            Terminal.Duration(TimeSpan.FromSeconds(run.Seconds)),
            Text($"{run.TokensPerSecond:N0}"), Text($"{run.Utilization:P0}"),
        ];
    }

    private static List<LineChart.Series> Curves(RunFacts run)
    {
        List<LineChart.Series> curves = [Curve("training", run.Losses)];
        if (run.ValidationLosses.Count > 0)
        {
            curves.Add(Curve("held out", run.ValidationLosses));
        }

        return curves;

        static LineChart.Series Curve(string name, IReadOnlyList<CurvePoint> points) =>
            new(name, [.. points.Select(point => ((double)point.Step, point.Loss))]);
    }

    private void AddCompression()
    {
        _page.Heading("How well it predicts text it has not seen");
        _page.Paragraph("""
            Bits a byte of held-out documents, each predicted from its beginning, with 95 % intervals from a bootstrap
            over documents. The compressors got the same documents as one file.
            """);
        List<string[]> rows = [Row("random members", results.Evaluation.HeldOut)];
        if (results.Evaluation.HeldOutNamespace is { } whole)
        {
            rows.Add(Row("unseen namespace", whole));
        }

        _page.Table(["text", "#documents", "#model", "#interval", "#xz -9", "#gzip -9"], rows);

        static string[] Row(string name, CompressionFacts facts) =>
        [
            name, Text($"{facts.Documents:N0}"), Text($"{facts.Model.Value:F3}"),
            Text($"{facts.Model.Low:F3} to {facts.Model.High:F3}"),
            facts.Xz is { } xz ? Text($"{xz:F2}") : "not installed", Text($"{facts.Gzip:F2}"),
        ];
    }

    private void AddChoices()
    {
        if (results.Evaluation.HeldOutChoice is not { } random)
        {
            return;
        }

        (string Name, ChoiceFacts Facts)[] sets = results.Evaluation.NamespaceChoice is { } whole
            ? [("random members", random), ("unseen namespace", whole)]
            : [("random members", random)];
        _page.Heading("Which of four summaries belongs to this member?");
        _page.Paragraph(Text($"""
            The member is one that neither model has seen; the wrong summaries are those of other held-out members of
            its kind. A choice is the summary whose log-probability rises most when the member is named. Both models get
            the same questions in a conversation; the pre-trained one also gets headings, the form it was trained on.
            {random.Questions:N0} questions about random members; 95 % Wilson intervals.
            """));
        _page.Figure(IntervalChart.Draw(
            "share of right choices",
            [.. sets.SelectMany(set => new[]
            {
                Row($"{set.Name}, pre-trained", set.Facts.Base),
                Row($"{set.Name}, pre-trained, headings", set.Facts.BaseDocument),
                Row($"{set.Name}, fine-tuned", set.Facts.Chat),
            })],
            [new IntervalChart.Mark("chance", random.Chance)], value => Text($"{value:P0}")));
        _page.Table(
            ["questions", "#asked", "#pre-trained", "#headings", "#fine-tuned", "#gain", "#over headings"],
            sets.Select(set => Line(set.Name, set.Facts)));
        _page.Paragraph(Text($"""
            Gains are of the same questions in pairs, with bootstrap intervals. By mean log-probability of a summary's
            tokens alone, which favours common summaries: {random.ChatByToken.Value:P1} fine-tuned, random members.
            """));

        static IntervalChart.Row Row(string name, Estimate estimate) =>
            new(name, estimate.Value, estimate.Low, estimate.High);

        static string[] Line(string name, ChoiceFacts facts) =>
        [
            name, Text($"{facts.Questions:N0}"), Text($"{facts.Base.Value:P1}"), Text($"{facts.BaseDocument.Value:P1}"),
            Text($"{facts.Chat.Value:P1}"), Difference(facts.Gain), Difference(facts.GainOverDocument),
        ];

        static string Difference(PairedComparison comparison)
        {
            Estimate gain = comparison.Difference;
            return Text($"{100 * gain.Value:F1} [{100 * gain.Low:F1}, {100 * gain.High:F1}]");
        }
    }

    private void AddQuantization()
    {
        QuantizationFacts facts = results.Quantization;
        _page.Heading("In four bits");
        _page.Paragraph(Text($"""
            The fine-tuned model's matrices in groups of weights that share a scale, as puyu quantize makes them;
            embedding and output stay as they are. Both models predict the same {facts.Answers:N0} answers to questions
            about held-out documents.
            """));
        _page.Table(
            ["weights", "#MB", "#bits per byte", "#interval", "#perplexity"],
            [Row("as trained", facts.Before), Row("4 bits", facts.After)]);

        static string[] Row(string name, AnswerFacts facts) =>
        [
            name, Text($"{facts.Bytes / 1e6:F1}"), Text($"{facts.BitsPerByte.Value:F3}"),
            Text($"{facts.BitsPerByte.Low:F3} to {facts.BitsPerByte.High:F3}"), Text($"{facts.Perplexity:F2}"),
        ];
    }

    private void AddSamples()
    {
        if (results.Evaluation.Samples.Count == 0)
        {
            return;
        }

        _page.Heading("Answers");
        _page.Paragraph("About members the model has not seen: the first ones of the held-out share, none left out.");
        _page.Table(
            ["question", "answer", "documentation"],
            results.Evaluation.Samples.Select(
                sample => new[] { sample.Question, sample.Answer, sample.Documentation }));
    }

    private void AddStages(IReadOnlyList<(string Name, TimeSpan Time)> stages)
    {
        MachineFacts machine = results.Machine;
        _page.Heading("The run");
        _page.Figure(BarChart.Draw(
            "time", [.. stages.Select(stage => (stage.Name, stage.Time.TotalSeconds, Terminal.Duration(stage.Time)))]));
        _page.Paragraph(
            $"{machine.Processor}, {machine.Threads} threads; {machine.Runtime}; {machine.System}; "
            + $"Puyu {machine.Version}.");
    }

    private void AddOrigin(IReadOnlyList<(string Name, string Text)> recipes, IReadOnlyList<string> lineage)
    {
        _page.Heading("Lineage");
        _page.Paragraph("What the fine-tuned model was made of, with the first digits of the SHA-256 of each.");
        _page.Code(string.Join('\n', lineage));
        foreach ((string name, string text) in recipes)
        {
            _page.Heading($"Recipe: {name}");
            _page.Code(text);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
