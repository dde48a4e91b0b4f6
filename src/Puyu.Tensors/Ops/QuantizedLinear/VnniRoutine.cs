using System.Runtime.InteropServices;
using Puyu.Tensors.MachineCode;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>Writes the product of tiles with the rows of a panel as machine code, with 512-bit VNNI.</summary>
/// <remarks>
/// <para>
/// One instruction multiplies 64 codes with four activations of a row and adds them up; nothing else stands in the
/// inner loop but, for 4 bits, the division of a vector of codes into two. So 4-bit weights need not be unpacked
/// beforehand, however many rows there are.
/// </para>
/// <code>
///   for each group:   a[r] = −middle · Σ q[r]  (or 0)
///     for each step:  a[r] += codes · q[r]                              exact, 32 bits
///     y[r] += (scale · d[r]) · (a[r] − zero · Σ q[r])                   F32, one fused multiply-add
/// </code>
/// <para>
/// A tile alone is read in the order of memory, and activations are operands in memory: two loads a cycle are the
/// limit. Two tiles share an activation in a register: the two multipliers are.
/// </para>
/// <para>
/// Registers: a sum of 32-bit lanes and one of F32 for each row and tile, 24 at most; two for the codes of each tile,
/// which scales and zeros take over at the end of a group; the mask; two for what comes between.
/// </para>
/// </remarks>
internal sealed class VnniRoutine
{
    private const int MaxSums = 12;
    private const int StepBytes = PackedLayout.StepInputs;
    private const int LaneBytes = sizeof(int);
    private const int HalfBytes = QuantizedTile.Scales * sizeof(ushort);

    private static readonly Place[] _codes = [new(Register.Rax, 0), new(Register.R10, 0)];
    private static readonly Place _x = new(Register.Rdx, 0);
    private static readonly Place _d = new(Register.Rcx, 0);
    private static readonly Place _sums = new(Register.R8, 0);
    private static readonly Place _y = new(Register.R11, 0);

    // At the end of a group, scales and zeros.
    private static readonly Zmm[] _low = [new(24), new(25)];
    private static readonly Zmm[] _high = [new(26), new(27)];

    private static readonly Zmm _nibbles = new(28);
    private static readonly Zmm _value = new(29);
    private static readonly Zmm _factor = new(30);

    private readonly Assembler _assembler = new();
    private readonly VnniShape _shape;
    private readonly int _groupBytes;
    private readonly int _headBytes;

    private VnniRoutine(VnniShape shape)
    {
        _shape = shape;
        _groupBytes = shape.Group * PackedLayout.TileOutputs * shape.Bits / 8;
        _headBytes = PackedLayout.ScaleBytes * (shape.HasZeros ? 2 : 1);
    }

    /// <summary>Writes a <c>void (VnniArguments*)</c> of the System V calling convention.</summary>
    public static byte[] Write(VnniShape shape)
    {
        var routine = new VnniRoutine(shape);
        routine.Begin();
        if (shape.HasPairs)
        {
            routine.AddPairs();
        }

        if (shape.IsOdd)
        {
            routine.AddGroup(0);
        }

        routine.End();
        return routine._assembler.ToArray();
    }

    private static Place Argument(string name) =>
        new(Register.Rdi, (int)Marshal.OffsetOf<VnniArguments>(name));

    private Zmm Sum(int tile, int row) => new((tile * _shape.Rows) + row);

    private Zmm Result(int tile, int row) => new(MaxSums + (tile * _shape.Rows) + row);

    private Place OfRow(Place numbers, int group, int row) => numbers + (((group * _shape.Rows) + row) * LaneBytes);

    private void Begin()
    {
        _assembler.Mov(_codes[0].Base, Argument(nameof(VnniArguments.Weights)));
        _assembler.Mov(_codes[1].Base, Argument(nameof(VnniArguments.PairedWeights)));
        _assembler.Mov(_x.Base, Argument(nameof(VnniArguments.X)));
        _assembler.Mov(_d.Base, Argument(nameof(VnniArguments.D)));
        _assembler.Mov(_sums.Base, Argument(nameof(VnniArguments.Sums)));
        _assembler.Mov(Register.R9, Argument(nameof(VnniArguments.Pairs)));
        _assembler.Vpbroadcastd(_nibbles, Argument(nameof(VnniArguments.NibbleMask)));
        for (int tile = 0; tile < _shape.Tiles; tile++)
        {
            for (int row = 0; row < _shape.Rows; row++)
            {
                Clear(Result(tile, row));
            }
        }
    }

    private void AddPairs()
    {
        int pair = _assembler.Position;
        AddGroup(0);
        AddGroup(1);
        for (int tile = 0; tile < _shape.Tiles; tile++)
        {
            _assembler.Add(_codes[tile].Base, _headBytes + (2 * _groupBytes));
        }

        _assembler.Add(_x.Base, 2 * _shape.Group * _shape.Rows);
        _assembler.Add(_d.Base, 2 * _shape.Rows * LaneBytes);
        _assembler.Add(_sums.Base, 2 * _shape.Rows * LaneBytes);
        _assembler.Loop(Register.R9, pair);
    }

    /// <param name="group">Within its pair.</param>
    private void AddGroup(int group)
    {
        BeginSums(group);
        int vectors = _groupBytes / PackedLayout.VectorBytes;
        for (int vector = group * vectors; vector < (group + 1) * vectors; vector++)
        {
            for (int tile = 0; tile < _shape.Tiles; tile++)
            {
                LoadCodes(tile, _codes[tile] + (_headBytes + (vector * PackedLayout.VectorBytes)));
            }

            if (_shape.Bits == 4)
            {
                AddProducts(_low, 2 * vector);
                AddProducts(_high, (2 * vector) + 1);
            }
            else
            {
                AddProducts(_low, vector);
            }
        }

        EndSums(group);
    }

    private void LoadCodes(int tile, Place codes)
    {
        _assembler.Prefetch0(codes + QuantizedTile.PrefetchBytes);
        _assembler.Vmovups(_low[tile], codes);
        if (_shape.Bits == 4)
        {
            _assembler.Vpsrlw(_high[tile], _low[tile], 4);
            _assembler.Vpandd(_low[tile], _low[tile], _nibbles);
            _assembler.Vpandd(_high[tile], _high[tile], _nibbles);
        }
    }

    /// <summary>a[r] ← −middle · Σ q[r], or 0.</summary>
    private void BeginSums(int group)
    {
        for (int row = 0; row < _shape.Rows; row++)
        {
            for (int tile = 0; tile < _shape.Tiles; tile++)
            {
                if (_shape.HasZeros)
                {
                    Clear(Sum(tile, row));
                }
                else
                {
                    _assembler.Vpbroadcastd(Sum(tile, row), OfRow(_sums, group, row));
                }
            }
        }
    }

    /// <summary>a[r] ← a[r] + codes · q[r].</summary>
    private void AddProducts(Zmm[] codes, int step)
    {
        for (int row = 0; row < _shape.Rows; row++)
        {
            Place x = _x + (((step * _shape.Rows) + row) * StepBytes);
            if (_shape.Tiles == 1)
            {
                _assembler.Vpdpbusd(Sum(0, row), codes[0], x);
                continue;
            }

            Zmm activations = row % 2 == 0 ? _value : _factor;
            _assembler.Vpbroadcastd(activations, x);
            _assembler.Vpdpbusd(Sum(0, row), codes[0], activations);
            _assembler.Vpdpbusd(Sum(1, row), codes[1], activations);
        }
    }

    /// <summary>y[r] ← y[r] + (scale · d[r]) · (a[r] − zero · Σ q[r]).</summary>
    private void EndSums(int group)
    {
        Zmm[] scales = _low;
        Zmm[] zeros = _high;
        for (int tile = 0; tile < _shape.Tiles; tile++)
        {
            Place halves = _codes[tile] + (group * HalfBytes);
            LoadHalves(scales[tile], halves, Argument(
                tile == 0 ? nameof(VnniArguments.Multiplier) : nameof(VnniArguments.PairedMultiplier)));
            if (_shape.HasZeros)
            {
                LoadHalves(zeros[tile], halves + PackedLayout.ScaleBytes, Argument(nameof(VnniArguments.Rebias)));
            }
        }

        for (int row = 0; row < _shape.Rows; row++)
        {
            for (int tile = 0; tile < _shape.Tiles; tile++)
            {
                _assembler.Vcvtdq2ps(_value, Sum(tile, row));
                if (_shape.HasZeros)
                {
                    _assembler.Vfnmadd231ps(_value, zeros[tile], OfRow(_sums, group, row));
                }

                _assembler.Vmulps(_factor, scales[tile], OfRow(_d, group, row));
                _assembler.Vfmadd231ps(Result(tile, row), _factor, _value);
            }
        }
    }

    /// <summary>16 numbers of F16 as F32, times a power of two.</summary>
    private void LoadHalves(Zmm target, Place source, Place multiplier)
    {
        _assembler.Vpmovsxwd(target, source);
        _assembler.Vpslld(target, target, 13);
        _assembler.Vpbroadcastd(_value, Argument(nameof(VnniArguments.HalfMask)));
        _assembler.Vpandd(target, target, _value);
        _assembler.Vmulps(target, target, multiplier);
    }

    private void End()
    {
        _assembler.Mov(Register.Rsi, Argument(nameof(VnniArguments.Stride)));
        for (int tile = 0; tile < _shape.Tiles; tile++)
        {
            _assembler.Mov(_y.Base, Argument(
                tile == 0 ? nameof(VnniArguments.Y) : nameof(VnniArguments.PairedY)));
            for (int row = 0; row < _shape.Rows; row++)
            {
                _assembler.Vmovups(_y, Result(tile, row));
                _assembler.Add(_y.Base, Register.Rsi);
            }
        }

        _assembler.Return();
    }

    private void Clear(Zmm target) => _assembler.Vpxord(target, target, target);
}
