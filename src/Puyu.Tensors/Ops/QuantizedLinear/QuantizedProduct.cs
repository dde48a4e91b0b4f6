using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Memory;
using Puyu.Tensors.Quantization;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// The product of rounded rows with up to three matrices, on all workers. See docs/quantized-kernels.md.
/// </summary>
/// <remarks>
/// Rows are taken in chunks whose rounded activations stay in the second-level cache; within a chunk a tile of weights,
/// which fits the first level, meets all panels of rows before the next is read. So few rows read the weights once.
/// A piece is an even share of the tiles of every matrix, small enough that its weights stay in the second-level cache
/// from chunk to chunk, and that a worker whose processor is taken away for a while holds up little.
/// </remarks>
internal unsafe struct QuantizedProduct : IJob
{
    /// <summary>Bytes of activations that a chunk of rows may have.</summary>
    private const int ChunkBytes = 384 << 10;

    /// <summary>
    /// The same where every chunk unpacks the weights. A panel is read in the time of its products with a whole tile,
    /// so slowly that the third level suffices.
    /// </summary>
    private const int UnpackingChunkBytes = 16 << 20;

    /// <summary>Bytes of the weights of a piece, about.</summary>
    private const int PieceBytes = 256 << 10;

    private const int TileOutputs = PackedLayout.TileOutputs;

    /// <summary>Rows of the largest panel of any kernels.</summary>
    private const int MaxPanelRows = 8;

    private readonly Workers _workers;
    private readonly MemoryPool _memory;
    private readonly QuantizedKernels _kernels;
    private QuantizedRows _rows;
    private readonly long _unpackedBytes;
    private QuantizedTile _shape;
    private byte* _unpacked;
    private Segments _segments;
    private int _count;
    private int _pieces;

    /// <param name="workers">Who computes.</param>
    /// <param name="memory">Lends memory for the rounded rows.</param>
    /// <param name="x">[T, K].</param>
    /// <param name="layout">Of the first matrix.</param>
    /// <param name="kernels">The fastest if null.</param>
    public QuantizedProduct(
        Workers workers, MemoryPool memory, Tensor x, PackedLayout layout, QuantizedKernels? kernels = null)
    {
        (_workers, _memory) = (workers, memory);
        _kernels = kernels ?? QuantizedKernels.Best(layout.Scheme.Bits, x.Shape[0]);
        _unpackedBytes = _kernels.UnpackedBytes(layout);
        _rows = new QuantizedRows
        {
            X = x.Pointer<float>(),
            Rows = x.Shape[0],
            PanelRows = _kernels.PanelRows,
            Inputs = layout.Inputs,
            Group = layout.Group,
            Groups = layout.Groups,
            Middle = layout.Scheme.IsSymmetric ? (layout.Scheme.MaxCode + 1) / 2 : 0,
            Origin = _kernels.Origin,
        };

        // A block is 32 inputs, or 16 where groups are not multiples of that.
        int blockInputs = layout.Group % 32 == 0 ? 32 : 16;
        _shape.HasZeros = !layout.Scheme.IsSymmetric;
        _shape.Groups = layout.Groups;
        _shape.Blocks = layout.Group / blockInputs;
        _shape.Vectors = blockInputs * TileOutputs * layout.Scheme.Bits / 8 / PackedLayout.VectorBytes;
        _shape.GroupSteps = layout.Group / PackedLayout.StepInputs;
    }

    /// <summary>
    /// Whether the second matrix is multiplied into the SiLU of the first instead of standing beside it.
    /// </summary>
    public bool IsGated { get; init; }

    /// <summary>Adds a matrix.</summary>
    /// <param name="weight">[N, K].</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="y">First element of its result.</param>
    /// <param name="ldy">Distance between rows of the result.</param>
    public void Add(PackedMatrix weight, Tensor? bias, float* y, long ldy) => _segments[_count++] = new Segment
    {
        FirstTile = weight.Tile(0),
        Tiles = weight.Layout.Tiles,
        TileBytes = weight.Layout.TileBytes,
        Outputs = weight.Outputs,
        Multiplier = weight.Layout.Unit * QuantizedTile.Rebias,
        Bias = bias is null ? null : bias.Pointer<float>(),
        Y = y,
        Ldy = ldy,
    };

    /// <summary>Rounds the rows, then multiplies.</summary>
    public void Run()
    {
        if (_rows.Rows == 0)
        {
            return;
        }

        Storage scratch = _memory.RentScratch(_rows.Rows * _rows.RowBytes);
        _rows.Panels = (byte*)scratch.Pointer;
        _workers.ForEach(_rows.PanelCount, ref _rows);
        Storage unpacked = _memory.RentScratch(2 * _unpackedBytes * _workers.Threads);
        _unpacked = (byte*)unpacked.Pointer;
        _pieces = Pieces();
        _workers.ForEach(_pieces, ref this);
        unpacked.Release();
        scratch.Release();
    }

    /// <summary>As many pieces for each worker as for the others.</summary>
    private readonly int Pieces()
    {
        long bytes = 0;
        for (int i = 0; i < _count; i++)
        {
            bytes += _segments[i].Tiles * _segments[i].TileBytes;
        }

        int threads = _workers.Threads;
        return (int)((bytes + ((long)PieceBytes * threads) - 1) / ((long)PieceBytes * threads)) * threads;
    }

    /// <summary>One share of the tiles.</summary>
    public readonly void Execute(int piece, int worker)
    {
        int panels = _rows.PanelCount;
        long chunkBytes = _kernels.Unpacks ? UnpackingChunkBytes : ChunkBytes;
        int chunk = (int)Math.Max(1, chunkBytes / (_rows.RowBytes * _rows.PanelRows));
        int stride = _kernels.Pairs && !IsGated ? 2 : 1;
        for (int first = 0; first < panels; first += chunk)
        {
            int end = Math.Min(panels, first + chunk);
            for (int i = 0; i < (IsGated ? 1 : _count); i++)
            {
                int tiles = _segments[i].Tiles;
                int endTile = Math.Min(tiles, EvenShare(piece + 1, tiles, stride));
                for (int tile = EvenShare(piece, tiles, stride); tile < endTile; tile += stride)
                {
                    MultiplyTiles(i, tile, first, end, _unpacked + (2 * _unpackedBytes * worker));
                }
            }
        }
    }

    /// <summary>The first tile of a piece, a multiple of <paramref name="stride"/>.</summary>
    private readonly int EvenShare(int piece, int tiles, int stride) =>
        (int)((long)piece * ((tiles + stride - 1) / stride) / _pieces) * stride;

    /// <summary>
    /// A tile of a gate and its tile of the other matrix; or two tiles side by side where kernels take pairs, the last
    /// of an odd number twice; or one.
    /// </summary>
    private readonly void MultiplyTiles(int segment, int tile, int firstPanel, int endPanel, byte* unpacked)
    {
        ref readonly Segment matrix = ref _segments[segment];
        bool isPair = _kernels.Pairs && !IsGated && tile + 1 < matrix.Tiles;
        QuantizedTile a = Weights(segment, tile, unpacked);
        QuantizedTile b = Other(segment, tile, isPair, unpacked + _unpackedBytes, a);
        float* left = stackalloc float[4 * TileOutputs * MaxPanelRows];
        float* right = left + (TileOutputs * MaxPanelRows);
        a.Gap = isPair ? matrix.TileBytes : 0;
        a.Scratch = right + (TileOutputs * MaxPanelRows);
        int full = isPair ? 2 * TileOutputs : TileOutputs;
        int columns = Math.Min(full, matrix.Outputs - (tile * TileOutputs));
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            PrefetchNext(segment, tile, isPair ? 2 : 1, panel - firstPanel, endPanel - firstPanel);
            int rows = _rows.RowsOf(panel);
            float* y = matrix.Y + (panel * _rows.PanelRows * matrix.Ldy) + (tile * TileOutputs);
            if (!IsGated && columns == full)
            {
                Multiply(a, b, panel, y, isPair ? y + TileOutputs : y, matrix.Ldy);
                AddBias(segment, tile, y, matrix.Ldy, rows, columns);
                continue;
            }

            Multiply(a, b, panel, left, IsGated || isPair ? right : left, TileOutputs);
            AddBias(segment, tile, left, TileOutputs, rows, Math.Min(columns, TileOutputs));
            Finish(segment, tile, left, right, rows, columns);
            Copy(left, y, matrix.Ldy, rows, Math.Min(columns, TileOutputs));
            Copy(right, y + TileOutputs, matrix.Ldy, rows, columns - TileOutputs);
        }
    }

    /// <summary>Multiplies the other matrix into the gate, or finishes the second tile of a pair.</summary>
    private readonly void Finish(int segment, int tile, float* left, float* right, int rows, int columns)
    {
        if (IsGated)
        {
            AddBias(segment + 1, tile, right, TileOutputs, rows, columns);
            SwiGluSimd.Serial(left, right, left, rows * TileOutputs);
        }
        else if (columns > TileOutputs)
        {
            AddBias(segment, tile + 1, right, TileOutputs, rows, columns - TileOutputs);
        }
    }

    /// <summary>What is computed beside a tile.</summary>
    private readonly QuantizedTile Other(
        int segment, int tile, bool isPair, byte* unpacked, in QuantizedTile a)
    {
        if (IsGated)
        {
            return Weights(segment + 1, tile, unpacked);
        }

        return _kernels.Pairs ? Weights(segment, isPair ? tile + 1 : tile, unpacked) : a;
    }

    /// <summary>The weights of a tile, as the kernels read them.</summary>
    private readonly QuantizedTile Weights(int segment, int tile, byte* unpacked)
    {
        ref readonly Segment matrix = ref _segments[segment];
        QuantizedTile operands = _shape;
        operands.Weights = matrix.FirstTile + (tile * matrix.TileBytes);
        operands.Multiplier = matrix.Multiplier;
        operands.Bytes = matrix.TileBytes;
        if (_kernels.Unpacks)
        {
            _kernels.Unpack(operands, unpacked);
            operands.Weights = unpacked;
        }

        return operands;
    }

    /// <summary>
    /// Brings a part of what is unpacked next nearer, so that unpacking, which does nothing else, need not wait for it.
    /// </summary>
    private readonly void PrefetchNext(int segment, int tile, int tiles, int part, int parts)
    {
        int last = !_kernels.Unpacks ? -1 : IsGated ? segment + 1 : segment;
        for (int i = segment; i <= last; i++)
        {
            ref readonly Segment matrix = ref _segments[i];
            long bytes = matrix.TileBytes * Math.Min(tiles, matrix.Tiles - tile - tiles);
            byte* next = matrix.FirstTile + ((tile + tiles) * matrix.TileBytes);
            for (long at = bytes * part / parts / 64 * 64; at < bytes * (part + 1) / parts; at += 64)
            {
                Sse.Prefetch1(next + at);
            }
        }
    }

    /// <summary>Multiplies a panel with one tile, where both results are one place, or with two.</summary>
    private readonly void Multiply(QuantizedTile a, in QuantizedTile b, int panel, float* ya, float* yb, long ldy)
    {
        _rows.Aim(ref a, panel);
        a.Y = ya;
        a.Ldy = ldy;
        a.PairedWeights = b.Weights;
        a.PairedMultiplier = b.Multiplier;
        a.PairedY = yb;
        _kernels.Run(a, _rows.RowsOf(panel));
        if (ya != yb && !_kernels.Pairs)
        {
            a.Weights = b.Weights;
            a.Multiplier = b.Multiplier;
            a.Y = yb;
            _kernels.Run(a, _rows.RowsOf(panel));
        }
    }

    /// <summary>Copies a tile's results; nothing if there are no columns.</summary>
    private static void Copy(float* source, float* y, long ldy, int rows, int columns)
    {
        for (int row = 0; row < rows && columns > 0; row++)
        {
            new ReadOnlySpan<float>(source + (row * TileOutputs), columns)
                .CopyTo(new Span<float>(y + (row * ldy), columns));
        }
    }

    private readonly void AddBias(int segment, int tile, float* y, long ldy, int rows, int columns)
    {
        float* bias = _segments[segment].Bias;
        if (bias is null)
        {
            return;
        }

        bias += tile * TileOutputs;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                y[(row * ldy) + column] += bias[column];
            }
        }
    }

    /// <summary>One matrix and its result.</summary>
    private struct Segment
    {
        public byte* FirstTile;
        public int Tiles;
        public long TileBytes;
        public int Outputs;
        public float Multiplier;
        public float* Bias;
        public float* Y;
        public long Ldy;
    }

    [InlineArray(QuantizedLinearOp.MaxMatrices)]
    private struct Segments
    {
        private Segment _first;
    }
}
