using System.Buffers;
using System.Text;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Training.Metrics;

/// <summary>
/// The record of a run: a JSON object a line, written as it happens. Writing a line allocates nothing on the managed
/// heap.
/// </summary>
public sealed class MetricsFile : IDisposable
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly FileStream _file;
    private readonly TimeProvider _time;

    private MetricsFile(string path, TimeProvider time)
    {
        _time = time;
        _json = new Utf8JsonWriter(_line);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Opens the record of a run, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="step">
    /// Steps the run has done. Lines of later steps, which are done again after a resume, are dropped, and so is a torn
    /// last line.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static MetricsFile Open(string path, int step, TimeProvider time)
    {
        if (File.Exists(path))
        {
            DropAfter(path, step);
        }

        return new MetricsFile(path, time);
    }

    /// <summary>Appends a line of kind <c>step</c>.</summary>
    public void Write(in StepMetrics metrics)
    {
        Begin("step"u8, metrics.Step);
        _json.WriteNumber("tokens"u8, metrics.Tokens);
        _json.WriteNumber("trainedTokens"u8, metrics.TrainedTokens);
        _json.WriteNumber("totalTokens"u8, metrics.TotalTokens);
        _json.WriteNumber("loss"u8, metrics.Loss);
        _json.WriteNumber("learningRate"u8, metrics.LearningRate);
        _json.WriteNumber("gradientNorm"u8, metrics.GradientNorm);
        _json.WriteNumber("seconds"u8, metrics.Seconds);
        _json.WriteNumber("tokensPerSecond"u8, metrics.TokensPerSecond);
        _json.WriteNumber("flopsPerSecond"u8, metrics.FlopsPerSecond);
        if (metrics.Mfu is { } mfu)
        {
            _json.WriteNumber("mfu"u8, mfu);
        }

        _json.WriteNumber("peakBytes"u8, metrics.PeakBytes);
        End();
    }

    /// <summary>Appends a line of kind <c>validation</c>.</summary>
    public void Write(in ValidationMetrics metrics)
    {
        Begin("validation"u8, metrics.Step);
        _json.WriteNumber("loss"u8, metrics.Loss);
        _json.WriteNumber("trainedTokens"u8, metrics.TrainedTokens);
        End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }

    private static void DropAfter(string path, int step)
    {
        string[] lines = File.ReadAllLines(path);
        string[] kept = [.. lines.TakeWhile(line => StepOf(line) <= step)];
        if (kept.Length < lines.Length)
        {
            AtomicFile.WriteText(path, string.Concat(kept.Select(line => line + "\n")));
        }
    }

    /// <summary>Step of a line; beyond every step if the line was torn.</summary>
    private static int StepOf(string line)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        try
        {
            return JsonElement.ParseValue(ref json).GetProperty("step"u8).GetInt32();
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }

    private void Begin(ReadOnlySpan<byte> kind, int step)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("kind"u8, kind);
        _json.WriteString("time"u8, _time.GetUtcNow());
        _json.WriteNumber("step"u8, step);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _file.Write(_line.WrittenSpan);
    }
}
