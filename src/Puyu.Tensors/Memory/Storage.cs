namespace Puyu.Tensors.Memory;

/// <summary>A block of device memory, shared by the tensors that view it and counted by them.</summary>
internal sealed class Storage
{
    /// <summary>First byte, 64-byte aligned; 0 on the meta device.</summary>
    public nint Pointer;

    /// <summary>Bytes the block holds, a size class of its pool.</summary>
    public long Bytes;

    /// <summary>Tensors that use the block.</summary>
    public int References;

    /// <summary>Whether the block is a kernel's work space, which is not counted as in use.</summary>
    public bool IsScratch;

    /// <summary>Whom the block goes back to; null when the memory belongs to <see cref="Owner"/>.</summary>
    public MemoryPool? Pool;

    /// <summary>Keeps foreign memory alive, such as a mapped file.</summary>
    public object? Owner;

    public void Retain() => References++;

    public void Release()
    {
        if (--References == 0)
        {
            Owner = null;
            Pool?.Return(this);
        }
    }
}
