using Puyu.Serving.Quotas;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Quotas;

public class TokenBudgetTests
{
    [Fact]
    public void Wait_IsTheTimeThatADebtTakes()
    {
        var time = new ManualTime();
        var budget = new TokenBudget(perMinute: 60, time);

        budget.Take(59);
        Assert.Equal(TimeSpan.Zero, budget.Wait());
        budget.Take(31);
        Assert.Equal(31, budget.Wait().TotalSeconds, tolerance: 1e-6);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, budget.Wait().TotalSeconds, tolerance: 1e-6);
        time.Advance(TimeSpan.FromSeconds(1.001));
        Assert.Equal(TimeSpan.Zero, budget.Wait());
    }

    [Fact]
    public void Tokens_OfQuietTimes_AreThoseOfAMinuteAtMost()
    {
        var time = new ManualTime();
        var budget = new TokenBudget(perMinute: 60, time);

        time.Advance(TimeSpan.FromHours(1));
        budget.Take(60);

        Assert.Equal(1, budget.Wait().TotalSeconds, tolerance: 1e-6);
    }
}
