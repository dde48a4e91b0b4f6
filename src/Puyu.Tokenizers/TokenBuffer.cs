namespace Puyu.Tokenizers;

/// <summary>A growable list of token ids, reused from text to text so that encoding does not allocate.</summary>
/// <remarks>Not for use by several threads at once.</remarks>
public sealed class TokenBuffer
{
    private int[] _ids;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">Ids that fit before it grows; 1 or more.</param>
    public TokenBuffer(int capacity = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _ids = new int[capacity];
    }

    /// <summary>Number of ids.</summary>
    public int Count { get; private set; }

    /// <summary>The ids; valid until the next change.</summary>
    public ReadOnlySpan<int> Span => _ids.AsSpan(0, Count);

    /// <summary>Appends one id.</summary>
    public void Add(int id)
    {
        int count = Count;
        if ((uint)count >= (uint)_ids.Length)
        {
            Grow(1);
        }

        _ids[count] = id;
        Count = count + 1;
    }

    /// <summary>Appends ids.</summary>
    public void Add(ReadOnlySpan<int> ids)
    {
        ids.CopyTo(Reserve(ids.Length));
        Advance(ids.Length);
    }

    /// <summary>Removes every id and keeps the memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Copies the ids.</summary>
    public int[] ToArray() => Span.ToArray();

    /// <summary>
    /// Room for at least <paramref name="count"/> further ids, to be claimed by <see cref="Advance"/>.
    /// </summary>
    internal Span<int> Reserve(int count)
    {
        if (_ids.Length - Count < count)
        {
            Grow(count);
        }

        return _ids.AsSpan(Count);
    }

    /// <summary>Claims the first <paramref name="count"/> ids written into <see cref="Reserve"/>'s room.</summary>
    internal void Advance(int count) => Count += count;

    private void Grow(int count) =>
        Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max(2L * _ids.Length, (long)Count + count)));
}
