namespace Puyu.Serving.Tests.Support;

/// <summary>A clock that stands still until it is moved. Timers run by the system's.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Advance(TimeSpan by) => _now += by.Ticks;
}
