namespace Puyu.Tokenizers.Merging;

/// <summary>A growable run of bytes, reused from text to text.</summary>
internal sealed class ByteScratch
{
    private const int MaxKept = 1 << 22;

    private byte[] _bytes = new byte[256];
    private int _count;

    /// <summary>The bytes; valid until the next change.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _count);

    /// <summary>Removes every byte, and lets go of the memory that one giant text needed.</summary>
    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > MaxKept)
        {
            _bytes = new byte[256];
        }
    }

    /// <summary>Appends bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _count < bytes.Length)
        {
            Array.Resize(
                ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_count + bytes.Length)));
        }

        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Removes this byte from the end, as often as it is there.</summary>
    public void TrimEnd(byte value) => _count = Span.TrimEnd(value).Length;
}
