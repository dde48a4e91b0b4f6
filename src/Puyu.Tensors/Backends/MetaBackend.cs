namespace Puyu.Tensors;

/// <summary>
/// Shapes without memory and ops without arithmetic: a step on it tells what the same step takes elsewhere
/// (<see cref="Backend.Memory"/>).
/// </summary>
public sealed partial class MetaBackend : Backend
{
    /// <inheritdoc/>
    public override string Name => "meta";

    internal override void Clear(Tensor x)
    {
    }

    internal override void Copy(Tensor source, Tensor target)
    {
    }

    internal override void Fill(Tensor x, float value)
    {
    }

    internal override void Upload(ReadOnlySpan<byte> bytes, Tensor x)
    {
    }

    internal override void Download(Tensor x, Span<byte> bytes) => bytes.Clear();

    private protected override nint Reserve(long bytes) => 0;

    private protected override void Release(nint block, long bytes)
    {
    }
}
