using Puyu.Abstractions;

namespace Puyu.Data.Tokens;

/// <summary>
/// Best-fit decreasing: the longest piece first, each into the row with the least room that still takes it; then the
/// rows are shuffled. Documents of equal length are shuffled before.
/// </summary>
/// <remarks>
/// Open rows are kept by their room in linked stacks, and a bitmap of the non-empty stacks is searched for the smallest
/// room ≥ length; linear in the number of pieces times sequenceLength / 64. Source: Ding et al., Fewer Truncations
/// Improve Language Modeling, 2024 (arXiv:2404.10830).
/// </remarks>
internal sealed class BestFitPlan : EpochPlan
{
    private const int None = -1;

    private readonly TokenDataset _data;
    private readonly int _sequenceLength;
    private readonly Piece[] _pieces;
    private readonly int[] _nextPiece;      // chain of the pieces of a row, latest first
    private readonly int[] _lastPiece;      // of a row
    private readonly int[] _nextRow;        // chain of the rows of equal room
    private readonly int[] _firstRow;       // by room
    private readonly ulong[] _hasRow;       // bitmap over room
    private readonly int[] _rows;           // shuffled
    private int _rowCount;
    private int _row;
    private int _piece;

    public BestFitPlan(TokenDataset data, int sequenceLength)
    {
        _data = data;
        _sequenceLength = sequenceLength;
        long pieces = 0;
        for (int document = 0; document < data.Documents; document++)
        {
            pieces += (data.Length(document) + sequenceLength - 1) / sequenceLength;
        }

        _pieces = new Piece[checked((int)pieces)];
        _nextPiece = new int[pieces];
        _lastPiece = new int[pieces];
        _nextRow = new int[pieces];
        _rows = new int[pieces];
        _firstRow = new int[sequenceLength + 1];
        _hasRow = new ulong[(sequenceLength / 64) + 1];
    }

    public override long Rows => _rowCount;

    public override void Begin(ulong seed, int epoch)
    {
        var random = new CounterRandom(seed, (ulong)epoch);
        SortPieces(ref random);
        _rowCount = 0;
        _firstRow.AsSpan().Fill(None);
        _hasRow.AsSpan().Clear();
        for (int piece = 0; piece < _pieces.Length; piece++)
        {
            int room = SmallestRoom(_pieces[piece].Length);
            int row = room == None ? OpenRow() : TakeRow(room);
            _nextPiece[piece] = _lastPiece[row];
            _lastPiece[row] = piece;
            GiveBack(row, (room == None ? _sequenceLength : room) - _pieces[piece].Length);
        }

        random.Shuffle(_rows.AsSpan(0, _rowCount));
        Seek(0);
    }

    public override void Seek(long row)
    {
        _row = (int)Math.Min(row, _rowCount);
        _piece = _row < _rowCount ? _lastPiece[_rows[_row]] : None;
    }

    public override bool TryNext(int room, out Piece piece)
    {
        piece = _piece == None ? default : _pieces[_piece];
        if (_piece == None)
        {
            return false;
        }

        _piece = _nextPiece[_piece];
        return true;
    }

    public override void EndRow() => Seek(_row + 1);

    /// <summary>Fills the pieces, longest first (counting sort), equal lengths in random order.</summary>
    private void SortPieces(ref CounterRandom random)
    {
        // _firstRow counts the pieces by length here, before it holds rows by room.
        Span<int> places = _firstRow;
        places.Clear();
        for (int document = 0; document < _data.Documents; document++)
        {
            int length = _data.Length(document);
            places[_sequenceLength] += length / _sequenceLength;
            places[length % _sequenceLength]++;
        }

        places[0] = 0;
        int place = 0;
        for (int length = _sequenceLength; length > 0; length--)
        {
            (places[length], place) = (place, place + places[length]);
        }

        for (int document = 0; document < _data.Documents; document++)
        {
            int left = _data.Length(document);
            for (int offset = 0; left > 0; offset += _sequenceLength, left -= _sequenceLength)
            {
                int length = Math.Min(left, _sequenceLength);
                _pieces[places[length]++] = new Piece(document, offset, length);
            }
        }

        // places[length] is now where the pieces of that length end, and the longer ones' end is where they begin.
        for (int length = _sequenceLength, first = 0; length > 0; first = places[length], length--)
        {
            random.Shuffle(_pieces.AsSpan(first, places[length] - first));
        }
    }

    private int SmallestRoom(int length)
    {
        int word = length / 64;
        ulong bits = _hasRow[word] & (ulong.MaxValue << (length % 64));
        while (bits == 0)
        {
            if (++word == _hasRow.Length)
            {
                return None;
            }

            bits = _hasRow[word];
        }

        return (64 * word) + System.Numerics.BitOperations.TrailingZeroCount(bits);
    }

    private int OpenRow()
    {
        _rows[_rowCount] = _rowCount;
        _lastPiece[_rowCount] = None;
        return _rowCount++;
    }

    private int TakeRow(int room)
    {
        int row = _firstRow[room];
        _firstRow[room] = _nextRow[row];
        if (_firstRow[room] == None)
        {
            _hasRow[room / 64] &= ~(1UL << (room % 64));
        }

        return row;
    }

    private void GiveBack(int row, int room)
    {
        _nextRow[row] = _firstRow[room];
        _firstRow[room] = row;
        _hasRow[room / 64] |= 1UL << (room % 64);
    }
}
