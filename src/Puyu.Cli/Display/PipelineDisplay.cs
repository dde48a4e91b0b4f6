using System.Globalization;
using Puyu.Data.Pipeline;
using Spectre.Console;

namespace Puyu.Cli.Display;

/// <summary>Shows a run of the data engine: a bar a phase on a terminal, lines when the output is piped.</summary>
/// <param name="time">The clock.</param>
internal sealed class PipelineDisplay(TimeProvider time)
{
    private static readonly TimeSpan _betweenLines = TimeSpan.FromSeconds(15);

    private readonly List<ProgressTask> _bars = [];
    private int _phase = -1;
    private long _lastLine;

    /// <summary>Runs work with this display.</summary>
    public T Show<T>(Func<IProgress<PipelineProgress>, T> work) => Terminal.IsLive
        ? AnsiConsole.Progress().Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new RemainingTimeColumn())
            .Start(context => work(new Terminal.Relay<PipelineProgress>(progress => Draw(context, progress))))
        : work(new Terminal.Relay<PipelineProgress>(Write));

    private void Draw(ProgressContext context, PipelineProgress progress)
    {
        if (progress.PhaseIndex != _phase)
        {
            _bars.ForEach(bar => bar.Value = bar.MaxValue);
            _bars.Add(context.AddTask(Markup.Escape(progress.Phase), maxValue: Math.Max(progress.TotalBytes, 1)));
            _phase = progress.PhaseIndex;
        }

        _bars[^1].Value = progress.DoneBytes;
    }

    private void Write(PipelineProgress progress)
    {
        if (progress.PhaseIndex != _phase)
        {
            _phase = progress.PhaseIndex;
            _lastLine = time.GetTimestamp();
            Console.WriteLine($"phase {progress.PhaseIndex + 1} of {progress.Phases}: {progress.Phase}");
        }
        else if (time.GetElapsedTime(_lastLine) >= _betweenLines)
        {
            _lastLine = time.GetTimestamp();
            double done = progress.DoneBytes / 1e6;
            double total = progress.TotalBytes / 1e6;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {done:N0} of {total:N0} MB, {progress.Documents:N0} documents"));
        }
    }
}
