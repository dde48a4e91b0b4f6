using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// A stretch of whole members of a gzip file. A damaged member ends the run; the next good one begins another.
/// </summary>
internal sealed class GzipSource : ByteSource
{
    private readonly MappedFile _file;
    private readonly GzipMember _member;
    private readonly long _end;
    private byte[] _plain = [];
    private int _given;
    private int _held;
    private long _position;
    private long _next;
    private bool _inMember;

    /// <summary>Opens a part that begins and ends with a member.</summary>
    public GzipSource(SourcePart part)
    {
        _file = new MappedFile(part.Path);
        _member = new GzipMember(_file);
        _next = part.Offset;
        _end = part.Offset + part.Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> into)
    {
        while (_given == _held)
        {
            if (Damage is not null || !Fill())
            {
                return 0;
            }
        }

        int count = Math.Min(into.Length, _held - _given);
        _plain.AsSpan(_given, count).CopyTo(into);
        _given += count;
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override bool Resume()
    {
        long next = GzipMembers.FindLoosely(_file, _next + 1, _end);
        Damage = null;
        _inMember = false;
        _next = next;
        return next < _end;
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    /// <summary>Decompresses a stretch.</summary>
    /// <returns>False at the end of the part.</returns>
    private bool Fill()
    {
        if (!_inMember)
        {
            if (_next >= _end || IsPadding())
            {
                return false;
            }

            if (!_member.TryBegin(_next))
            {
                Damage = "there is no gzip member where one must begin";
                DamageOffset = _next;
                return true;
            }

            _inMember = true;
            BeginPiece(_position, _next);
        }

        try
        {
            ReadOnlySpan<byte> plain = _member.Read();
            _inMember = !plain.IsEmpty;
            _next = plain.IsEmpty ? _member.End : _next;
            Hold(plain);
        }
        catch (InvalidDataException problem)
        {
            Damage = problem.Message;
            DamageOffset = _next;
        }

        return true;
    }

    /// <summary>Zeros behind the last member, as tapes leave them, are no damage.</summary>
    private bool IsPadding()
    {
        const int MaxPadding = 1 << 16;
        return _end - _next <= MaxPadding && !_file.Slice(_next, (int)(_end - _next)).ContainsAnyExcept((byte)0);
    }

    private void Hold(ReadOnlySpan<byte> plain)
    {
        if (_plain.Length < plain.Length)
        {
            _plain = new byte[plain.Length];
        }

        plain.CopyTo(_plain);
        _given = 0;
        _held = plain.Length;
    }
}
