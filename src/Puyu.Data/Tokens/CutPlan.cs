using Puyu.Abstractions;

namespace Puyu.Data.Tokens;

/// <summary>Shuffled documents as one stream, cut into rows; the tail that does not fill a row is left out.</summary>
internal sealed class CutPlan(TokenDataset data, int sequenceLength) : EpochPlan
{
    private readonly int[] _order = new int[data.Documents];
    private int _index;
    private int _offset;

    public override long Rows => data.Tokens / sequenceLength;

    public override void Begin(ulong seed, int epoch)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        new CounterRandom(seed, (ulong)epoch).Shuffle(_order.AsSpan());
        (_index, _offset) = (0, 0);
    }

    public override void Seek(long row)
    {
        long tokens = row * sequenceLength;
        while (_index < _order.Length && tokens >= data.Length(_order[_index]))
        {
            tokens -= data.Length(_order[_index++]);
        }

        _offset = (int)tokens;
    }

    public override bool TryNext(int room, out Piece piece)
    {
        if (_index == _order.Length)
        {
            piece = default;
            return false;
        }

        int document = _order[_index];
        int left = data.Length(document) - _offset;
        piece = new Piece(document, _offset, Math.Min(left, room));
        _offset += piece.Length;
        if (piece.Length == left)
        {
            (_index, _offset) = (_index + 1, 0);
        }

        return true;
    }

    public override void EndRow()
    {
    }
}
