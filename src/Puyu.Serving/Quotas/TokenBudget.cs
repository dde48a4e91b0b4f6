namespace Puyu.Serving.Quotas;

/// <summary>Tokens that fill up steadily to those of a minute and are taken as they come.</summary>
/// <remarks>
/// How many a request will take is not known before, so it passes as long as there are any; what it takes too much is a
/// debt that later ones wait for. May be shared by threads.
/// </remarks>
/// <param name="perMinute">Tokens in a minute, and at once at most.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBudget(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _level = perMinute;
    private long _filled = time.GetTimestamp();

    public int PerMinute => perMinute;

    /// <summary>Takes tokens, whether they are there or not.</summary>
    public void Take(int tokens)
    {
        lock (_lock)
        {
            Fill();
            _level -= tokens;
        }
    }

    /// <summary>How long it is until there is a token; zero where there is one.</summary>
    public TimeSpan Wait()
    {
        lock (_lock)
        {
            Fill();
            return _level >= 1 ? TimeSpan.Zero : TimeSpan.FromMinutes((1 - _level) / perMinute);
        }
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        _level = Math.Min(perMinute, _level + (time.GetElapsedTime(_filled, now).TotalMinutes * perMinute));
        _filled = now;
    }
}
