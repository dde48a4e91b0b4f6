using System.Runtime.InteropServices;
using Puyu.Tensors.Memory;

namespace Puyu.Tensors;

/// <summary>A backend whose memory is the host's.</summary>
public abstract partial class HostBackend : Backend
{
    private protected HostBackend()
    {
    }

    internal sealed override unsafe void Clear(Tensor x) => NativeMemory.Clear((void*)x.Address, (nuint)x.Bytes);

    internal sealed override unsafe void Copy(Tensor source, Tensor target) =>
        NativeMemory.Copy(source.Pointer<byte>(), target.OverwritePointer<byte>(), (nuint)source.Bytes);

    internal sealed override unsafe void Fill(Tensor x, float value) =>
        new Span<float>(x.OverwritePointer<float>(), checked((int)x.Count)).Fill(value);

    internal sealed override unsafe void Upload(ReadOnlySpan<byte> bytes, Tensor x) =>
        bytes.CopyTo(new Span<byte>(x.OverwritePointer<byte>(), checked((int)x.Bytes)));

    internal sealed override unsafe void Download(Tensor x, Span<byte> bytes) =>
        new ReadOnlySpan<byte>(x.Pointer<byte>(), checked((int)x.Bytes)).CopyTo(bytes);

    private protected sealed override nint Reserve(long bytes) => NativeBlocks.Reserve(bytes);

    private protected sealed override void Release(nint block, long bytes) => NativeBlocks.Release(block);
}
