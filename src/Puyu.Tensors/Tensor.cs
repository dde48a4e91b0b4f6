using System.Diagnostics;
using System.Runtime.InteropServices;
using Puyu.Tensors.Memory;

namespace Puyu.Tensors;

/// <summary>
/// A dense, row-major block of numbers in the memory of a backend. It lives until the <see cref="Scope"/> that made it
/// ends; using it afterwards throws, unless the object already serves another tensor: tensors are recycled so that a
/// step of training allocates nothing on the managed heap.
/// </summary>
public sealed class Tensor
{
    private Storage? _storage;
    private long _byteOffset;

    internal Tensor(Backend backend)
    {
        Backend = backend;
    }

    /// <summary>Where the numbers are and who computes with them.</summary>
    public Backend Backend { get; }

    /// <summary>Length of each dimension.</summary>
    public Shape Shape { get; private set; }

    /// <summary>How an element is stored.</summary>
    public DType DType { get; private set; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Bytes of the elements.</summary>
    public long Bytes => Count * DType.Size();

    /// <summary>Name in error messages and tables; parameters have one.</summary>
    public string? Name { get; set; }

    /// <summary>Whether backward computes a gradient for this tensor. Set on parameters; results inherit it.</summary>
    public bool RequiresGradient { get; set; }

    /// <summary>
    /// Gradient of the loss with respect to this tensor, F32, same shape. A parameter's is given by its owner and added
    /// to; that of an intermediate result exists only during backward.
    /// </summary>
    public Tensor? Gradient { get; set; }

    /// <summary>
    /// Whether the content is to be read as zeros though the memory holds something else: a gradient nobody has added
    /// to. Spares clearing what the first writer overwrites; see <see cref="MarkZero"/>.
    /// </summary>
    internal bool IsZero { get; private set; }

    /// <summary>The scope that frees this tensor.</summary>
    internal Scope? Owner { get; set; }

    /// <summary>Place in the list of <see cref="Owner"/>.</summary>
    internal int ScopeSlot { get; set; }

    /// <summary>Whether this is a gradient that borrows another's memory until somebody adds to it.</summary>
    internal bool IsBorrowed { get; set; }

    /// <summary>Whether memory belongs to this tensor.</summary>
    internal bool IsAlive => _storage is not null;

    /// <summary>The elements, for reading and writing on the host.</summary>
    /// <exception cref="ArgumentException">The element type is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The scope of this tensor has ended.</exception>
    public unsafe Span<T> Span<T>()
        where T : unmanaged
    {
        if (DTypes.Of<T>() != DType)
        {
            throw new ArgumentException($"{this} holds {DType} but was read as {typeof(T).Name}");
        }

        return new Span<T>(Pointer<T>(), checked((int)Count));
    }

    /// <summary>The number of an F32 tensor of one element, such as a loss. On the meta backend it is 0.</summary>
    /// <exception cref="ShapeException">The tensor has more than one element, or they are not F32.</exception>
    public float ToScalar()
    {
        ShapeException.Require(Count == 1 && DType == DType.F32, $"ToScalar: {this} must be F32 and have one element");
        float value = 0;
        Backend.Download(this, MemoryMarshal.AsBytes(new Span<float>(ref value)));
        return value;
    }

    /// <summary>
    /// Sets the content to zero without touching memory: the next op that adds to it overwrites instead.
    /// </summary>
    public void MarkZero() => IsZero = true;

    /// <summary>Name, storage type and shape.</summary>
    public override string ToString() => $"{Name ?? "tensor"} {DType} {Shape}";

    /// <summary>Address of the first element. Clears memory first where the content is only marked as zero.</summary>
    internal unsafe T* Pointer<T>()
        where T : unmanaged
    {
        if (IsZero)
        {
            IsZero = false;
            Backend.Clear(this);
        }

        return (T*)Address;
    }

    /// <summary>Address of the first element, for a writer that overwrites everything.</summary>
    internal unsafe T* OverwritePointer<T>()
        where T : unmanaged
    {
        IsZero = false;
        return (T*)Address;
    }

    /// <summary>Address of the first element whatever the content means.</summary>
    internal nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_storage is null, this);
            Debug.Assert(_storage.Pointer != 0, "a tensor of the meta backend has no memory");
            return (nint)(_storage.Pointer + _byteOffset);
        }
    }

    internal void Attach(Storage storage, long byteOffset, Shape shape, DType dtype)
    {
        _storage = storage;
        _byteOffset = byteOffset;
        Shape = shape;
        DType = dtype;
    }

    /// <summary>Lets <paramref name="view"/> share this tensor's memory.</summary>
    internal void Share(Tensor view, long firstElement, Shape shape)
    {
        ObjectDisposedException.ThrowIf(_storage is null, this);
        if (IsZero)
        {
            IsZero = false;
            Backend.Clear(this);
        }

        _storage.Retain();
        view.Attach(_storage, _byteOffset + (firstElement * DType.Size()), shape, DType);
    }

    /// <summary>Whether another tensor views the same memory.</summary>
    internal bool IsShared => _storage is { References: > 1 };

    /// <summary>Gives the memory up and forgets everything, ready to be another tensor.</summary>
    internal void Detach()
    {
        _storage?.Release();
        _storage = null;
        _byteOffset = 0;
        Name = null;
        RequiresGradient = false;
        Gradient = null;
        Owner = null;
        IsZero = false;
        IsBorrowed = false;
    }
}
