using System.Globalization;
using Spectre.Console;

namespace Puyu.Cli.Display;

/// <summary>Long work shows itself: live on a terminal, as plain lines when the output is piped.</summary>
internal static class Terminal
{
    /// <summary>Whether somebody is watching.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Runs work that reports how far it is.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="total">What the reports count up to.</param>
    /// <param name="work">Calls its argument with the amount done so far.</param>
    public static TResult Progress<TResult>(string title, double total, Func<Action<double>, TResult> work)
    {
        if (!IsLive)
        {
            Console.WriteLine($"{title} ...");
            return work(_ => { });
        }

        return AnsiConsole.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(title, maxValue: total);
                return work(done => task.Value = done);
            });
    }

    /// <summary>Seconds as a person says them.</summary>
    public static string Duration(TimeSpan time) => time.TotalMinutes >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");

    /// <summary>Passes reports on at once, on the thread that makes them.</summary>
    /// <param name="report">Where to.</param>
    public sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        /// <inheritdoc/>
        public void Report(T value) => report(value);
    }
}
