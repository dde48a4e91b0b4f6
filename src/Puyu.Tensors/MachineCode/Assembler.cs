using System.Buffers.Binary;

namespace Puyu.Tensors.MachineCode;

/// <summary>Writes the few x86-64 instructions, most of AVX-512, that routines of ours are made of.</summary>
/// <remarks>
/// Names are those of Intel's manual. An instruction of 512 bits is a prefix of four bytes (EVEX), the operation, a
/// byte that names a register and a place, and the place's offset: in one byte where it is a small multiple of what
/// the instruction reads, else in four. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
/// 2.7 and the pages of the instructions.
/// </remarks>
internal sealed class Assembler
{
    private const int VectorBytes = 64;
    private const int LaneBytes = sizeof(int);

    private readonly List<byte> _code = [];

    /// <summary>The tables of operations.</summary>
    private enum Map
    {
        First = 1,
        Second = 2,
    }

    /// <summary>What tells operations of the same number apart.</summary>
    private enum Kind
    {
        Plain = 0,
        Prefixed66 = 1,
    }

    /// <summary>Where the next instruction goes, counted from the first.</summary>
    public int Position => _code.Count;

    /// <summary>The routine.</summary>
    public byte[] ToArray() => [.. _code];

    /// <summary>Loads a 64-bit register.</summary>
    public void Mov(Register target, Place source)
    {
        _code.Add((byte)(0x48 | ((int)target >> 3 << 2) | ((int)source.Base >> 3)));
        _code.Add(0x8B);
        Address((int)target, source, unit: 1);
    }

    /// <summary>Adds a constant to a register.</summary>
    public void Add(Register target, int value)
    {
        _code.Add((byte)(0x48 | ((int)target >> 3)));
        _code.Add(0x81);
        _code.Add((byte)(0xC0 | ((int)target & 7)));
        Int32(value);
    }

    /// <summary>Adds a register to another.</summary>
    public void Add(Register target, Register value)
    {
        _code.Add((byte)(0x48 | ((int)value >> 3 << 2) | ((int)target >> 3)));
        _code.Add(0x01);
        _code.Add((byte)(0xC0 | (((int)value & 7) << 3) | ((int)target & 7)));
    }

    /// <summary>Counts a register down and goes back unless it is 0.</summary>
    /// <param name="counter">At least 1.</param>
    /// <param name="position">Of an earlier instruction.</param>
    public void Loop(Register counter, int position)
    {
        Add(counter, -1);
        _code.Add(0x0F);
        _code.Add(0x85);
        Int32(position - Position - sizeof(int));
    }

    /// <summary>Brings a line of 64 bytes into the first-level cache.</summary>
    public void Prefetch0(Place place)
    {
        if ((int)place.Base > 7)
        {
            _code.Add(0x41);
        }

        _code.Add(0x0F);
        _code.Add(0x18);
        Address(1, place, unit: 1);
    }

    /// <summary>Ends the routine, with the upper parts of registers cleared as other code expects.</summary>
    public void Return() => _code.AddRange([0xC5, 0xF8, 0x77, 0xC3]);

    /// <summary>Loads 64 bytes.</summary>
    public void Vmovups(Zmm target, Place source) =>
        Evex(Map.First, Kind.Plain, 0x10, target.Number, 0, source, VectorBytes);

    /// <summary>Stores 64 bytes.</summary>
    public void Vmovups(Place target, Zmm source) =>
        Evex(Map.First, Kind.Plain, 0x11, source.Number, 0, target, VectorBytes);

    /// <summary>Loads 32 bits into every lane.</summary>
    public void Vpbroadcastd(Zmm target, Place source) =>
        Evex(Map.Second, Kind.Prefixed66, 0x58, target.Number, 0, source, LaneBytes);

    /// <summary>Loads 16 numbers of 16 bits as 32 bits with their signs.</summary>
    public void Vpmovsxwd(Zmm target, Place source) =>
        Evex(Map.Second, Kind.Prefixed66, 0x23, target.Number, 0, source, VectorBytes / 2);

    /// <summary>a ∧ b.</summary>
    public void Vpandd(Zmm target, Zmm a, Zmm b) =>
        Evex(Map.First, Kind.Prefixed66, 0xDB, target.Number, a.Number, b.Number);

    /// <summary>a ⊕ b.</summary>
    public void Vpxord(Zmm target, Zmm a, Zmm b) =>
        Evex(Map.First, Kind.Prefixed66, 0xEF, target.Number, a.Number, b.Number);

    /// <summary>Shifts lanes of 16 bits right, zeros coming in.</summary>
    public void Vpsrlw(Zmm target, Zmm source, byte bits)
    {
        Evex(Map.First, Kind.Prefixed66, 0x71, 2, target.Number, source.Number);
        _code.Add(bits);
    }

    /// <summary>Shifts lanes of 32 bits left.</summary>
    public void Vpslld(Zmm target, Zmm source, byte bits)
    {
        Evex(Map.First, Kind.Prefixed66, 0x72, 6, target.Number, source.Number);
        _code.Add(bits);
    }

    /// <summary>
    /// Adds to each lane of 32 bits four products of unsigned bytes with the four signed ones of a place, the same for
    /// every lane.
    /// </summary>
    public void Vpdpbusd(Zmm sum, Zmm unsigned, Place signed) =>
        Evex(Map.Second, Kind.Prefixed66, 0x50, sum.Number, unsigned.Number, signed, LaneBytes, toAllLanes: true);

    /// <inheritdoc cref="Vpdpbusd(Zmm, Zmm, Place)"/>
    public void Vpdpbusd(Zmm sum, Zmm unsigned, Zmm signed) =>
        Evex(Map.Second, Kind.Prefixed66, 0x50, sum.Number, unsigned.Number, signed.Number);

    /// <summary>Integers of 32 bits as floats.</summary>
    public void Vcvtdq2ps(Zmm target, Zmm source) =>
        Evex(Map.First, Kind.Plain, 0x5B, target.Number, 0, source.Number);

    /// <summary>a · the float of a place.</summary>
    public void Vmulps(Zmm target, Zmm a, Place b) =>
        Evex(Map.First, Kind.Plain, 0x59, target.Number, a.Number, b, LaneBytes, toAllLanes: true);

    /// <summary>sum + a · b, rounded once.</summary>
    public void Vfmadd231ps(Zmm sum, Zmm a, Zmm b) =>
        Evex(Map.Second, Kind.Prefixed66, 0xB8, sum.Number, a.Number, b.Number);

    /// <summary>sum − a · the float of a place, rounded once.</summary>
    public void Vfnmadd231ps(Zmm sum, Zmm a, Place b) =>
        Evex(Map.Second, Kind.Prefixed66, 0xBC, sum.Number, a.Number, b, LaneBytes, toAllLanes: true);

    private void Evex(Map map, Kind kind, byte operation, int register, int second, int third)
    {
        Prefix(map, kind, register, second, extendsBase: (third & 8) != 0, extendsIndex: (third & 16) != 0, false);
        _code.Add(operation);
        _code.Add((byte)(0xC0 | ((register & 7) << 3) | (third & 7)));
    }

    private void Evex(
        Map map, Kind kind, byte operation, int register, int second, Place place, int unit, bool toAllLanes = false)
    {
        Prefix(map, kind, register, second, extendsBase: (int)place.Base > 7, extendsIndex: false, toAllLanes);
        _code.Add(operation);
        Address(register, place, unit);
    }

    /// <summary>The four bytes before an operation of 512 bits; numbers of registers are written inverted.</summary>
    private void Prefix(
        Map map, Kind kind, int register, int second, bool extendsBase, bool extendsIndex, bool toAllLanes)
    {
        _code.Add(0x62);
        _code.Add((byte)((int)map
            | ((register & 8) == 0 ? 0x80 : 0) | (extendsIndex ? 0 : 0x40)
            | (extendsBase ? 0 : 0x20) | ((register & 16) == 0 ? 0x10 : 0)));
        _code.Add((byte)((int)kind | 4 | ((~second & 15) << 3)));
        _code.Add((byte)(0x40 | (toAllLanes ? 0x10 : 0) | ((second & 16) == 0 ? 8 : 0)));
    }

    /// <summary>The byte of register and place, and the offset.</summary>
    /// <param name="register">Or what stands in its stead.</param>
    /// <param name="place">Not counted from R12 or RSP, which need one more byte.</param>
    /// <param name="unit">What a short offset counts.</param>
    private void Address(int register, Place place, int unit)
    {
        bool isShort = place.Offset % unit == 0 && place.Offset / unit is >= sbyte.MinValue and <= sbyte.MaxValue;
        _code.Add((byte)((isShort ? 0x40 : 0x80) | ((register & 7) << 3) | ((int)place.Base & 7)));
        if (isShort)
        {
            _code.Add((byte)(place.Offset / unit));
        }
        else
        {
            Int32(place.Offset);
        }
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _code.AddRange(bytes);
    }
}
