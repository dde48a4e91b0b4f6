using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public class ThreadBudgetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void InOrder_KeepsTheOrder_WhateverThreadIsFirst(int threads)
    {
        using var budget = new ThreadBudget(threads);
        int[] results = [];

        budget.Hold(
            () => results = [.. budget.InOrder(Enumerable.Range(0, 500), Squared)], CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * i), results);

        static int Squared(int i)
        {
            Thread.SpinWait(i % 7 == 0 ? 20_000 : 10);
            return i * i;
        }
    }

    [Fact]
    public void InOrder_WorksOnTwoThreads_WhereTwoAreFree()
    {
        using var budget = new ThreadBudget(2);
        using var together = new Barrier(2);
        bool[] met = [];

        budget.Hold(
            () => met = [.. budget.InOrder([0, 1], _ => together.SignalAndWait(TimeSpan.FromSeconds(30)))],
            CancellationToken.None);

        Assert.Equal([true, true], met);
    }

    [Fact]
    public void InOrder_StaysOnOneThread_WhereEveryOtherHoldsAPart()
    {
        using var budget = new ThreadBudget(2);
        int caller = Environment.CurrentManagedThreadId;
        int[] by = [];

        budget.Hold(
            () => budget.Hold(
                () => by = [.. budget.InOrder(Enumerable.Range(0, 50), _ => Environment.CurrentManagedThreadId)],
                CancellationToken.None),
            CancellationToken.None);

        Assert.All(by, id => Assert.Equal(caller, id));
    }

    [Fact]
    public void InOrder_PassesFailuresOn_AndGivesThreadsBack()
    {
        using var budget = new ThreadBudget(2);
        for (int round = 0; round < 5; round++)
        {
            Assert.Throws<InvalidOperationException>(() => budget.Hold(
                () => Assert.Equal(20, budget.InOrder(
                    Enumerable.Range(0, 20), i => i == 3 ? throw new InvalidOperationException("three") : i).Count()),
                CancellationToken.None));
        }
    }
}
