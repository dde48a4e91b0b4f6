using System.Runtime.InteropServices;
using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>
/// Owns every tensor made in it and frees them together when it ends. Ops are extension methods on it:
/// <c>scope.Linear(x, weight)</c>. Scopes nest; a tensor that shall outlive its scope is returned to the enclosing one.
/// </summary>
/// <remarks>
/// <code>
///   using Scope scope = backend.BeginRecording();
///   Tensor loss = model.Loss(scope, batch);
///   scope.Backward(loss);                          // parameters' gradients are added to
/// </code>
/// </remarks>
public sealed class Scope : IDisposable
{
    private readonly List<Tensor?> _tensors = [];
    private readonly Tape _ownTape = new();
    private Tape? _tape;
    private Scope? _parent;

    internal Scope(Backend backend)
    {
        Backend = backend;
    }

    /// <summary>Where tensors of this scope live.</summary>
    public Backend Backend { get; }

    /// <summary>Whether ops are recorded for backward.</summary>
    public bool IsRecording => _tape is not null;

    /// <summary>Begins a scope inside this one: its tensors are freed earlier, recording goes on as here.</summary>
    public Scope Begin() => Backend.RentScope(this, GradientMode.Inherit);

    /// <summary>Begins a scope inside this one in which nothing is recorded.</summary>
    public Scope BeginUnrecorded() => Backend.RentScope(this, GradientMode.Off);

    /// <summary>Makes a tensor of undefined content.</summary>
    public Tensor Empty(Shape shape, DType dtype = DType.F32)
    {
        Tensor tensor = Backend.RentTensor();
        tensor.Attach(Backend.Memory.Rent(shape.Count * dtype.Size()), byteOffset: 0, shape, dtype);
        return Own(tensor);
    }

    /// <summary>Makes a tensor of zeros.</summary>
    public Tensor Zeros(Shape shape, DType dtype = DType.F32)
    {
        Tensor tensor = Empty(shape, dtype);
        tensor.MarkZero();
        return tensor;
    }

    /// <summary>Makes a tensor from numbers of the host.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public Tensor From<T>(ReadOnlySpan<T> elements, Shape shape)
        where T : unmanaged
    {
        ShapeException.Require(
            elements.Length == shape.Count,
            $"From: {elements.Length} elements do not fill {shape}, which has {shape.Count}");
        Tensor tensor = Empty(shape, DTypes.Of<T>());
        Backend.Upload(MemoryMarshal.AsBytes(elements), tensor);
        return tensor;
    }

    /// <summary>
    /// The same memory under another shape, from <paramref name="firstRow"/> of the outermost dimension on. Not
    /// recorded: for parameters, caches and data.
    /// </summary>
    /// <exception cref="ShapeException">The view reaches beyond the tensor.</exception>
    public Tensor View(Tensor x, Shape shape, int firstRow = 0)
    {
        long first = firstRow == 0 ? 0 : firstRow * (x.Count / x.Shape[0]);
        ShapeException.Require(
            first >= 0 && first + shape.Count <= x.Count, $"View: {shape} from row {firstRow} reaches beyond {x}");
        return ViewElements(x, shape, first);
    }

    /// <summary>
    /// Overwrites a tensor with the elements of another of the same shape, converted to its storage type. Not recorded.
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Copy(Tensor source, Tensor target)
    {
        ShapeException.Require(
            source.Shape == target.Shape, $"Copy: {source} cannot be copied to {target}, whose shape is another");
        Backend.Cast(source, target);
    }

    /// <summary>A tensor over memory that somebody else owns, such as a mapped file.</summary>
    /// <param name="address">First byte; aligned to the element size.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its storage type.</param>
    /// <param name="owner">Kept alive as long as the tensor.</param>
    public Tensor Adopt(nint address, Shape shape, DType dtype, object? owner = null)
    {
        Tensor tensor = Backend.RentTensor();
        tensor.Attach(
            new Memory.Storage { Pointer = address, Bytes = shape.Count * dtype.Size(), References = 1, Owner = owner },
            byteOffset: 0, shape, dtype);
        return Own(tensor);
    }

    /// <summary>Frees a tensor before its scope ends.</summary>
    public void Release(Tensor tensor)
    {
        if (tensor.Owner is { } owner)
        {
            owner._tensors[tensor.ScopeSlot] = null;
            Backend.ReturnTensor(tensor);
        }
    }

    /// <summary>Hands a tensor of this scope to the enclosing scope, which then frees it.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no enclosing scope, or the tensor is not of this one.
    /// </exception>
    public Tensor Return(Tensor tensor)
    {
        if (_parent is null || tensor.Owner != this)
        {
            throw new InvalidOperationException(
                $"{tensor} cannot be returned: it must belong to this scope, and this scope to an enclosing one");
        }

        _tensors[tensor.ScopeSlot] = null;
        return _parent.Own(tensor);
    }

    /// <summary>
    /// Adds the gradients of <paramref name="loss"/> to those of every tensor that requires one, and empties the tape.
    /// Intermediate results are freed on the way; the loss itself stays readable.
    /// </summary>
    /// <param name="loss">One element.</param>
    /// <exception cref="ShapeException">The loss has more than one element.</exception>
    public void Backward(Tensor loss)
    {
        ShapeException.Require(loss.Count == 1, $"Backward: {loss} must have one element");
        Tensor dLoss = Empty(loss.Shape);
        Backend.Fill(dLoss, 1);
        Backward(loss, dLoss);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_tape == _ownTape)
        {
            _ownTape.Clear(Backend);
        }

        foreach (Tensor? tensor in _tensors)
        {
            if (tensor is not null)
            {
                Backend.ReturnTensor(tensor);
            }
        }

        _tensors.Clear();
        _parent = null;
        _tape = null;
        Backend.ReturnScope(this);
    }

    /// <summary>Backward from any tensor, given the gradient with respect to it.</summary>
    internal void Backward(Tensor y, Tensor dY)
    {
        Tape tape = _tape
            ?? throw new InvalidOperationException("Backward needs a recording scope: Backend.BeginRecording");
        y.Gradient = dY;
        _tape = null;
        tape.Backward(this, y);
        _tape = tape;
    }

    /// <summary>Begins a scope inside this one with a tape of its own.</summary>
    internal Scope BeginOwnRecording() => Backend.RentScope(this, GradientMode.Record);

    /// <summary>Whether an op with these inputs has to be recorded.</summary>
    internal bool Records(Tensor x) => _tape is not null && x.RequiresGradient;

    /// <inheritdoc cref="Records(Tensor)"/>
    internal bool Records(Tensor x, Tensor w) => _tape is not null && (x.RequiresGradient || w.RequiresGradient);

    /// <summary>
    /// Appends an op to the tape. The caller sets all fields of the node, which may be a recycled one.
    /// </summary>
    internal TNode Record<TNode>(Tensor output)
        where TNode : TapeNode, new()
    {
        TNode node = Backend.RentNode<TNode>();
        node.Output = output;
        output.RequiresGradient = true;
        _tape!.Add(node);
        return node;
    }

    /// <summary>
    /// The gradient of an input, to add to. Made of zeros at the first use (<see cref="Tensor.IsZero"/>: a kernel that
    /// can overwrite instead of add asks for it before taking the address), in the scope of the input, so that it
    /// outlives a nested backward (<see cref="CheckpointOp"/>).
    /// </summary>
    internal Tensor Gradient(Tensor x)
    {
        if (x.Gradient is not { } dX)
        {
            return x.Gradient = (x.Owner ?? this).Zeros(x.Shape);
        }

        if (dX.IsBorrowed && dX.IsShared)
        {
            Tensor own = (x.Owner ?? this).Empty(x.Shape);
            Backend.Copy(dX, own);
            Release(dX);
            return x.Gradient = own;
        }

        return dX;
    }

    /// <summary>
    /// Adds <paramref name="dY"/> to the gradient of <paramref name="x"/> as it is, by lending its memory where there
    /// is no gradient yet. For ops that pass gradients through.
    /// </summary>
    internal void PassGradient(Tensor x, Tensor dY)
    {
        if (x.Gradient is null)
        {
            x.Gradient = (x.Owner ?? this).ViewElements(dY, x.Shape, firstElement: 0);
            x.Gradient.IsBorrowed = true;
        }
        else
        {
            Backend.Accumulate(dY, Gradient(x));
        }
    }

    internal Tensor ViewElements(Tensor x, Shape shape, long firstElement)
    {
        Tensor view = Backend.RentTensor();
        x.Share(view, firstElement, shape);
        return Own(view);
    }

    internal void Open(Scope? parent, GradientMode mode)
    {
        _parent = parent;
        _tape = mode switch
        {
            GradientMode.Record => _ownTape,
            GradientMode.Inherit => parent?._tape,
            _ => null,
        };
    }

    private Tensor Own(Tensor tensor)
    {
        tensor.Owner = this;
        tensor.ScopeSlot = _tensors.Count;
        _tensors.Add(tensor);
        return tensor;
    }
}
