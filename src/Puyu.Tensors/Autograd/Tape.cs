namespace Puyu.Tensors.Autograd;

/// <summary>The recorded ops of a scope, in the order they ran.</summary>
internal sealed class Tape
{
    private readonly List<TapeNode> _nodes = [];

    public void Add(TapeNode node) => _nodes.Add(node);

    /// <summary>
    /// Runs the backwards in reverse order from <paramref name="root"/>, whose gradient is set, and empties the tape.
    /// An intermediate result is freed as soon as the op that made it has run its backward: nothing earlier can have
    /// read it.
    /// </summary>
    public void Backward(Scope scope, Tensor root)
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            TapeNode node = _nodes[i];
            Tensor y = node.Output;
            if (y.Gradient is { } dY)
            {
                node.Backward(scope, dY);
                y.Gradient = null;
                dY.Owner?.Release(dY);
            }

            if (y != root)
            {
                y.Owner?.Release(y);
            }
        }

        Clear(scope.Backend);
    }

    /// <summary>Forgets everything without running it.</summary>
    public void Clear(Backend backend)
    {
        foreach (TapeNode node in _nodes)
        {
            node.Output = null!;
            backend.ReturnNode(node);
        }

        _nodes.Clear();
    }
}
