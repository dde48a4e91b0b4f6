using Puyu.Abstractions;
using Puyu.Serving.Quotas;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Quotas;

public class PlaceQueueTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task ACrowd_TakesWhatIsFree_AndGivesWayToAnotherGroupsShare()
    {
        var queue = new PlaceQueue(4, _patience, _time);
        GroupQuota crowd = Group(places: 2, priority: 9);
        GroupQuota other = Group(places: 2);
        Task<bool>[] many = [.. Enumerable.Range(0, 10).Select(_ => Enter(queue, crowd))];
        Task<bool>[] few = [Enter(queue, other), Enter(queue, other), Enter(queue, other)];

        Assert.Equal(4, crowd.Running);
        queue.Leave(crowd);
        queue.Leave(crowd);
        Assert.All(await Task.WhenAll(few[..2]), Assert.True);
        Assert.Equal((2, 2), (crowd.Running, other.Running));

        // Both have what is theirs, so that the place that is given back stays with its group.
        queue.Leave(crowd);
        Assert.Equal((2, 2), (crowd.Running, other.Running));
        queue.Leave(other);
        Assert.Equal((2, 2), (crowd.Running, other.Running));
        Assert.True(await few[2]);
        Assert.All(await Task.WhenAll(many[..5]), Assert.True);
        Assert.Equal((5, 0), (queue.Waiting, other.Waiting));
    }

    [Fact]
    public void Shares_HoldUnderLoad()
    {
        var queue = new PlaceQueue(20, _patience, _time);
        GroupQuota[] groups = [Group(places: 4, priority: 2), Group(places: 6, priority: 1), Group(places: 10)];
        var random = new CounterRandom(7);
        var running = new List<GroupQuota>();
        var served = new double[3];
        foreach (GroupQuota group in Enumerable.Range(0, 900).Select(i => groups[i % 3]))
        {
            _ = Enter(queue, group);
        }

        for (int step = 0; step < 400; step++)
        {
            running.Clear();
            running.AddRange(groups.SelectMany(group => Enumerable.Repeat(group, group.Running)));
            queue.Leave(running[random.NextInt32(running.Count)]);
            for (int i = 0; i < 3; i++)
            {
                served[i] += groups[i].Running / 20.0 / 400;
            }

            foreach (GroupQuota group in groups)
            {
                _ = group.Waiting < 100 ? Enter(queue, group) : Task.FromResult(true);
            }
        }

        Assert.Equal(20, queue.Running);
        Assert.Equal(0.2, served[0], tolerance: 0.05);
        Assert.Equal(0.3, served[1], tolerance: 0.05);
        Assert.Equal(0.5, served[2], tolerance: 0.05);
    }

    [Fact]
    public async Task Priority_GoesFirst_UntilAnotherHasWaitedForHalfItsTime()
    {
        var queue = new PlaceQueue(1, _patience, _time);
        GroupQuota high = Group(places: 1, priority: 1);
        GroupQuota low = Group(places: 1);
        await Enter(queue, high);
        Task<bool> patient = Enter(queue, low);
        Task<bool> first = Enter(queue, high);

        queue.Leave(high);
        Assert.True(await first);
        Assert.False(patient.IsCompleted);

        _time.Advance(_patience / 2);
        Task<bool> second = Enter(queue, high);
        queue.Leave(high);
        Assert.True(await patient);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task AFullQueue_IsItsGroupsAlone()
    {
        var queue = new PlaceQueue(1, _patience, _time);
        GroupQuota full = Group(places: 1, maxWaiting: 1);
        GroupQuota other = Group(places: 1, maxWaiting: 1);
        await Enter(queue, full);
        Task<bool> waits = Enter(queue, full);

        Assert.False(await Enter(queue, full));
        Task<bool> othersWait = Enter(queue, other);
        Assert.False(othersWait.IsCompleted);
        Assert.False(waits.IsCompleted);
    }

    [Fact]
    public async Task WhoGivesUp_TakesNoPlace()
    {
        var queue = new PlaceQueue(1, TimeSpan.FromMilliseconds(30), TimeProvider.System);
        GroupQuota group = Group(places: 1);
        await Enter(queue, group);
        using var cancellation = new CancellationTokenSource();
        Task<bool> cancelled = queue.EnterAsync(group, cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAsync<TimeoutException>(() => Enter(queue, group));
        Assert.Equal((1, 0), (queue.Running, queue.Waiting));
        queue.Leave(group);
        Assert.True(await Enter(queue, group));
    }

    private static Task<bool> Enter(PlaceQueue queue, GroupQuota group) =>
        queue.EnterAsync(group, CancellationToken.None);

    private static GroupQuota Group(int places, int priority = 0, int maxWaiting = 1000) =>
        new("group", priority, places, maxWaiting, budget: null);
}
