using Puyu.Tensors.Autograd;
using Puyu.Tensors.Memory;

namespace Puyu.Tensors;

/// <summary>
/// Memory, and the kernels of every op over it. The contract of an op stands in that op's folder
/// (<c>Ops/*/*.Backends.cs</c>) beside the implementations of all backends.
/// </summary>
/// <remarks>One thread computes on a backend at a time; the backend uses its own workers inside.</remarks>
public abstract partial class Backend : IDisposable
{
    private readonly Stack<Tensor> _spareTensors = new();
    private readonly Stack<Scope> _spareScopes = new();
    private readonly Dictionary<Type, Stack<TapeNode>> _spareNodes = [];

    private protected Backend()
    {
        Memory = new MemoryPool(Reserve, Release);
    }

    /// <summary>Name on the command line and in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Where tensors come from and how much of it is in use.</summary>
    public MemoryPool Memory { get; }

    /// <summary>Begins a scope in which nothing is recorded: inference, initialization, the optimizer.</summary>
    public Scope BeginScope() => RentScope(parent: null, GradientMode.Off);

    /// <summary>Begins a scope whose ops are recorded for <see cref="Scope.Backward(Tensor)"/>.</summary>
    public Scope BeginRecording() => RentScope(parent: null, GradientMode.Record);

    /// <inheritdoc/>
    public void Dispose()
    {
        Memory.Trim();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sets every byte to zero.</summary>
    internal abstract void Clear(Tensor x);

    /// <summary>Copies the elements of <paramref name="source"/>, of the same type and number.</summary>
    internal abstract void Copy(Tensor source, Tensor target);

    /// <summary>Sets every element of an F32 tensor.</summary>
    internal abstract void Fill(Tensor x, float value);

    /// <summary>Copies bytes of the host into a tensor of as many.</summary>
    internal abstract void Upload(ReadOnlySpan<byte> bytes, Tensor x);

    /// <summary>Copies the bytes of a tensor to the host; zeros where it has no memory.</summary>
    internal abstract void Download(Tensor x, Span<byte> bytes);

    /// <summary>Reserves memory of the device.</summary>
    private protected abstract nint Reserve(long bytes);

    /// <summary>Gives back what <see cref="Reserve"/> returned.</summary>
    private protected abstract void Release(nint block, long bytes);

    /// <summary>Stops what the backend runs.</summary>
    private protected virtual void Close()
    {
    }

    internal Tensor RentTensor() => _spareTensors.TryPop(out Tensor? tensor) ? tensor : new Tensor(this);

    internal void ReturnTensor(Tensor tensor)
    {
        tensor.Detach();
        _spareTensors.Push(tensor);
    }

    internal Scope RentScope(Scope? parent, GradientMode mode)
    {
        Scope scope = _spareScopes.TryPop(out Scope? spare) ? spare : new Scope(this);
        scope.Open(parent, mode);
        return scope;
    }

    internal void ReturnScope(Scope scope) => _spareScopes.Push(scope);

    internal TNode RentNode<TNode>()
        where TNode : TapeNode, new()
    {
        return _spareNodes.TryGetValue(typeof(TNode), out Stack<TapeNode>? nodes) && nodes.TryPop(out TapeNode? node)
            ? (TNode)node
            : new TNode();
    }

    internal void ReturnNode(TapeNode node)
    {
        if (!_spareNodes.TryGetValue(node.GetType(), out Stack<TapeNode>? nodes))
        {
            _spareNodes[node.GetType()] = nodes = new Stack<TapeNode>();
        }

        nodes.Push(node);
    }
}
