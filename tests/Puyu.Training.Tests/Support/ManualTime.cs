namespace Puyu.Training.Tests.Support;

/// <summary>A clock that moves on by a fixed time whenever it is read.</summary>
internal sealed class ManualTime(TimeSpan tick) : TimeProvider
{
    private long _reads;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => ++_reads * tick.Ticks;

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
}
