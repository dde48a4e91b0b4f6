namespace Puyu.Data.Code;

/// <summary>Finds the strongly connected components of a graph.</summary>
/// <remarks>Source: Tarjan, Depth-First Search and Linear Graph Algorithms, 1972; without recursion.</remarks>
internal static class StrongComponents
{
    /// <summary>The components.</summary>
    /// <param name="count">Nodes, numbered from 0.</param>
    /// <param name="targets">The nodes that edges of one lead to.</param>
    public static List<List<int>> Of(int count, Func<int, IEnumerable<int>> targets)
    {
        var components = new List<List<int>>();
        var numbers = new int[count]; // 0: not seen
        var lows = new int[count];
        var isOnStack = new bool[count];
        var stack = new Stack<int>();
        var calls = new Stack<(int Node, IEnumerator<int> Targets)>();
        int next = 0;
        for (int root = 0; root < count; root++)
        {
            if (numbers[root] == 0)
            {
                Enter(root);
            }

            while (calls.TryPeek(out (int Node, IEnumerator<int> Targets) call))
            {
                if (call.Targets.MoveNext())
                {
                    Visit(call.Node, call.Targets.Current);
                    continue;
                }

                Leave(call.Node);
            }
        }

        return components;

        void Enter(int node)
        {
            numbers[node] = lows[node] = ++next;
            isOnStack[node] = true;
            stack.Push(node);
            calls.Push((node, targets(node).GetEnumerator()));
        }

        void Visit(int node, int target)
        {
            if (numbers[target] == 0)
            {
                Enter(target);
            }
            else if (isOnStack[target])
            {
                lows[node] = Math.Min(lows[node], numbers[target]);
            }
        }

        void Leave(int node)
        {
            calls.Pop().Targets.Dispose();
            if (calls.TryPeek(out (int Node, IEnumerator<int> Targets) caller))
            {
                lows[caller.Node] = Math.Min(lows[caller.Node], lows[node]);
            }

            if (lows[node] != numbers[node])
            {
                return;
            }

            var component = new List<int>();
            int member;
            do
            {
                member = stack.Pop();
                isOnStack[member] = false;
                component.Add(member);
            }
            while (member != node);
            components.Add(component);
        }
    }
}
