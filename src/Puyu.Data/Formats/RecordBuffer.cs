namespace Puyu.Data.Formats;

/// <summary>Cuts the bytes of a source into records, of which it holds one at a time.</summary>
/// <param name="source">Where the bytes come from.</param>
/// <param name="maxRecordBytes">A longer record is passed over without being held.</param>
internal sealed class RecordBuffer(ByteSource source, int maxRecordBytes)
{
    private const int FirstBytes = 1 << 17;

    private byte[] _buffer = new byte[FirstBytes];
    private int _first;
    private int _length;
    private int _end;

    /// <summary>Position in the source of the record at hand.</summary>
    public long Position { get; private set; }

    /// <summary>Position behind the record at hand.</summary>
    public long NextPosition => Position + _passed + _length;

    /// <summary>Whether the record at hand is longer than allowed; it is given as empty then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Bytes that were passed over as the record at hand, before what is held of it.</summary>
    private long _passed;

    private int Held => _end - _first;

    /// <summary>
    /// The next line, without its newline. The last of a run need not have one, unless damage cut it.
    /// </summary>
    /// <param name="line">Valid until the next call.</param>
    /// <returns>False at the end of the run.</returns>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        Advance();
        return TryExtend(out line);
    }

    /// <summary>The record at hand with the line behind it.</summary>
    /// <param name="record">Without the newline at its end; valid until the next call.</param>
    /// <returns>False, and the record stays what it was, if the run ends there.</returns>
    public bool TryExtend(out ReadOnlySpan<byte> record)
    {
        int searched = _length;
        while (true)
        {
            int newline = _buffer.AsSpan(_first + searched, Held - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                _length = searched + newline + 1;
                record = IsTooLong ? [] : _buffer.AsSpan(_first, _length - 1);
                return true;
            }

            searched = Held;
            if (searched > maxRecordBytes)
            {
                PassHeld();
                searched = 0;
            }

            if (!Fill())
            {
                return TryEnd(out record);
            }
        }
    }

    /// <summary>The next bytes as a record.</summary>
    /// <param name="count">At most what a record may have.</param>
    /// <param name="record">Valid until the next call.</param>
    /// <returns>False if the run ends before, and then the record is what there is of it.</returns>
    public bool TryRead(int count, out ReadOnlySpan<byte> record)
    {
        Advance();
        while (Held < count && Fill())
        {
        }

        _length = Math.Min(count, Held);
        record = _buffer.AsSpan(_first, _length);
        return _length == count;
    }

    /// <summary>All that is left of the run; a longer one than allowed is only begun, and so marked.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        Advance();
        while (Held <= maxRecordBytes && Fill())
        {
        }

        _length = Held;
        IsTooLong = Held > maxRecordBytes;
        return _buffer.AsSpan(_first, _length);
    }

    /// <summary>Passes over bytes as a record that is too long to hold.</summary>
    /// <returns>False if the run ends before.</returns>
    public bool TrySkip(long count)
    {
        Advance();
        _length = (int)Math.Min(count, Held);
        if (_length == count)
        {
            return true;
        }

        long rest = count - _length;
        PassHeld();
        long skipped = source.Skip(rest);
        _passed += skipped;
        return skipped == rest;
    }

    /// <summary>
    /// Gives back what is behind the first bytes of the record at hand: the next record begins there.
    /// </summary>
    public void Shorten(int length) => _length = length;

    /// <summary>Goes on behind the damage that ended the run.</summary>
    /// <returns>False if nothing more can be read.</returns>
    public bool TryResume()
    {
        _length = Held;
        Advance();
        return source.Damage is not null && source.Resume();
    }

    private void Advance()
    {
        _first += _length;
        Position = NextPosition;
        _length = 0;
        _passed = 0;
        IsTooLong = false;
    }

    private void PassHeld()
    {
        _passed += Held;
        _first = 0;
        _end = 0;
        _length = 0;
        IsTooLong = true;
    }

    private bool TryEnd(out ReadOnlySpan<byte> record)
    {
        bool isMore = Held > _length || (_passed > 0 && _length == 0);
        bool isCut = source.Damage is not null;
        record = isMore && !isCut && !IsTooLong ? _buffer.AsSpan(_first, Held) : [];
        _length = isCut ? _length : Held;
        return isMore && !isCut;
    }

    /// <returns>False at the end of the run.</returns>
    private bool Fill()
    {
        if (_end == _buffer.Length)
        {
            if (_first > _buffer.Length / 2)
            {
                _buffer.AsSpan(_first, Held).CopyTo(_buffer);
                _end -= _first;
                _first = 0;
            }
            else
            {
                Array.Resize(ref _buffer, checked(_buffer.Length * 2));
            }
        }

        int read = source.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
