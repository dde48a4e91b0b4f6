using System.Globalization;
using Puyu.Training;
using Puyu.Training.Checkpoints;
using Puyu.Training.Metrics;
using Spectre.Console;

namespace Puyu.Cli.Display;

/// <summary>Shows a run: a live line on a terminal, a plain line now and then when the output is piped.</summary>
/// <param name="time">The clock.</param>
internal sealed class TrainingDisplay(TimeProvider time) : TrainingObserver
{
    private static readonly TimeSpan _betweenLines = TimeSpan.FromSeconds(15);

    private ProgressTask? _task;
    private long _lastLine;

    /// <summary>Runs training with this display.</summary>
    public TrainingOutcome Show(string title, int steps, Func<TrainingOutcome> train)
    {
        if (!Terminal.IsLive)
        {
            return train();
        }

        return AnsiConsole.Progress().AutoClear(true).Columns(
            new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left },
            new RemainingTimeColumn()).Start(context =>
            {
                _task = context.AddTask(title, maxValue: steps);
                try
                {
                    return train();
                }
                finally
                {
                    _task = null;
                }
            });
    }

    /// <inheritdoc/>
    public override void OnStep(in StepMetrics metrics)
    {
        if (_task is not null)
        {
            _task.Value = metrics.Step;
            _task.Description = Markup.Escape(Describe(metrics));
        }
        else if (metrics.Step == 1 || metrics.Step == metrics.Steps || time.GetElapsedTime(_lastLine) >= _betweenLines)
        {
            _lastLine = time.GetTimestamp();
            Console.WriteLine("  " + Describe(metrics));
        }
    }

    /// <inheritdoc/>
    public override void OnValidation(in ValidationMetrics metrics) => WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  step {metrics.Step}  held-out loss {metrics.Loss:F4}"));

    /// <inheritdoc/>
    public override void OnCheckpoint(Checkpoint checkpoint) => WriteLine($"  saved {checkpoint.Folder}");

    /// <inheritdoc/>
    public override void OnNotice(string notice) => WriteLine($"  note: {notice}");

    private static string Describe(in StepMetrics metrics)
    {
        string ofPeak = metrics.Mfu is { } mfu
            ? string.Create(CultureInfo.InvariantCulture, $"  {100 * mfu:F0} % of peak") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {metrics.Step}/{metrics.Steps}  loss {metrics.Loss:F4}  lr {metrics.LearningRate:G3}  "
            + $"norm {metrics.GradientNorm:F2}  {metrics.TokensPerSecond:N0} tokens/s{ofPeak}");
    }

    private void WriteLine(string text)
    {
        if (_task is not null)
        {
            AnsiConsole.MarkupLine(Markup.Escape(text));
        }
        else
        {
            Console.WriteLine(text);
        }
    }
}
