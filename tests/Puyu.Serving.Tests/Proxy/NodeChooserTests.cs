using System.Text;
using Puyu.Serving.Proxy;

namespace Puyu.Serving.Tests.Proxy;

public class NodeChooserTests
{
    [Fact]
    public void Choose_ByChance_FollowsTheSpeeds()
    {
        Node slow = NodeAt(1, speed: 1);
        Node fast = NodeAt(2, speed: 3);
        var chooser = new NodeChooser(new ProxyOptions { Strategy = RoutingStrategy.Random });

        int fastChosen = Enumerable.Range(0, 4000).Count(_ => chooser.Choose([slow, fast], default) == fast);

        // 3000 expected; five standard deviations are 137.
        Assert.InRange(fastChosen, 2863, 3137);
    }

    [Fact]
    public void Choose_LeastExpectedLatency_TakesTheIdlestForItsSpeed()
    {
        Node slow = NodeAt(1, speed: 1);
        Node fast = NodeAt(2, speed: 3);
        fast.Begin();
        var chooser = new NodeChooser(new ProxyOptions { Strategy = RoutingStrategy.LeastExpectedLatency });

        Assert.Equal(fast, chooser.Choose([slow, fast], default));

        fast.Begin();
        fast.Begin();
        Assert.Equal(slow, chooser.Choose([slow, fast], default));
    }

    [Fact]
    public void Choose_EqualNodes_SharesTheWork()
    {
        Node[] nodes = [NodeAt(1), NodeAt(2), NodeAt(3)];
        var chooser = new NodeChooser(new ProxyOptions { Strategy = RoutingStrategy.LeastExpectedLatency });

        for (int i = 0; i < 300; i++)
        {
            chooser.Choose(nodes, default).Begin();
        }

        Assert.All(nodes, node => Assert.Equal(100, node.Unfinished));
    }

    [Fact]
    public void Choose_CacheAware_ReturnsToTheNodeThatSawTheConversation()
    {
        Node[] nodes = [NodeAt(1), NodeAt(2), NodeAt(3)];
        var chooser = new NodeChooser(new ProxyOptions { Strategy = RoutingStrategy.CacheAware });
        var homes = new Dictionary<int, Node>();
        int returned = 0;
        for (int turn = 1; turn <= 5; turn++)
        {
            for (int conversation = 0; conversation < 20; conversation++)
            {
                Node node = chooser.Choose(nodes, Conversation(conversation, turn));
                returned += homes.TryGetValue(conversation, out Node? home) && home == node ? 1 : 0;
                homes[conversation] = node;
            }
        }

        Assert.Equal(80, returned);
        Assert.Equal(3, homes.Values.Distinct().Count());
    }

    [Fact]
    public void Choose_CacheAware_LeavesANodeThatHasMuchMoreToDo()
    {
        Node[] nodes = [NodeAt(1), NodeAt(2)];
        var chooser = new NodeChooser(new ProxyOptions { Strategy = RoutingStrategy.CacheAware, MaxImbalance = 2 });
        byte[] prompt = Conversation(0, turns: 3);
        Node home = chooser.Choose(nodes, prompt);

        for (int i = 0; i < 3; i++)
        {
            home.Begin();
        }

        Assert.NotEqual(home, chooser.Choose(nodes, prompt));
    }

    [Fact]
    public void Find_BeyondTheCapacity_ForgetsTheOldest()
    {
        Node node = NodeAt(1);
        var table = new PrefixTable(capacity: 4);
        byte[] first = Conversation(1, turns: 2);
        table.Add(first, node);
        Assert.NotNull(table.Find(first, [node]));

        table.Add(Conversation(2, turns: 6), node);

        Assert.Null(table.Find(first, [node]));
    }

    private static Node NodeAt(int number, double speed = 1) => new(new Uri($"http://node{number}:23333"), speed);

    private static byte[] Conversation(int number, int turns) => Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, turns).Select(turn => $"conversation {number}, turn {turn}: ".PadRight(200, '.'))));
}
