using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.MachineCode;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>4- and 8-bit codes with 512-bit VNNI, which .NET has no class for: routines of machine code.</summary>
/// <remarks>
/// A routine, some kilobytes, is written when its shape first occurs, and kept. See <see cref="VnniRoutine"/>.
/// </remarks>
/// <param name="bits">Of a code.</param>
/// <param name="tiles">Computed at once, 1 or 2.</param>
/// <param name="minRows">Rows from which on others are slower.</param>
internal sealed unsafe class QuantizedKernelsVnni512(int bits, int tiles, int minRows) : QuantizedKernels
{
    /// <summary>Bit 11 of ECX in leaf 7: AVX512_VNNI.</summary>
    private const int VnniBit = 1 << 11;

    private const int GroupUnit = 16;
    private const int MaxGroupUnits = 8;

    /// <summary>4 or 8 bits, one tile or two, zeros or not, pairs of groups or not, a single group or not.</summary>
    private const int Variants = 32;

    private static readonly nint[] _routines = new nint[VnniShape.MaxRows(tiles: 1) * MaxGroupUnits * Variants];

    /// <summary>Whether the processor has the instruction and the system lets us write routines with it.</summary>
    public static bool IsSupported { get; } = Avx512BW.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & VnniBit) != 0
        && ExecutableMemory.IsAllowed;

    /// <inheritdoc/>
    public override string Name => tiles == 1 ? "Avx512Vnni" : "Avx512Vnni, pairs";

    /// <inheritdoc/>
    public override int PanelRows => VnniShape.MaxRows(tiles);

    /// <inheritdoc/>
    public override int MinRows => minRows;

    /// <inheritdoc/>
    public override bool Pairs => tiles == 2;

    /// <inheritdoc/>
    public override void Run(in QuantizedTile tile, int rows)
    {
        var arguments = new VnniArguments
        {
            Weights = tile.Weights,
            PairedWeights = tile.PairedWeights,
            X = tile.X,
            D = tile.D,
            Sums = tile.Sums,
            Y = tile.Y,
            PairedY = tile.PairedY,
            Stride = tile.Ldy * sizeof(float),
            Pairs = tile.Groups / 2,
            Multiplier = tile.Multiplier,
            PairedMultiplier = tile.PairedMultiplier,
            Rebias = QuantizedTile.Rebias,
            HalfMask = QuantizedTile.HalfMask,
            NibbleMask = 0x0F0F0F0F,
        };
        ((delegate* unmanaged<VnniArguments*, void>)Routine(tile, rows))(&arguments);
    }

    private nint Routine(in QuantizedTile tile, int rows)
    {
        int units = tile.GroupSteps * PackedLayout.StepInputs / GroupUnit;
        bool hasPairs = tile.Groups > 1;
        bool isOdd = tile.Groups % 2 == 1;
        int variant = (bits == 8 ? 16 : 0) + (tiles == 2 ? 8 : 0) + (tile.HasZeros ? 4 : 0) + (hasPairs ? 2 : 0)
            + (isOdd ? 1 : 0);
        ref nint routine = ref _routines[((((rows - 1) * MaxGroupUnits) + units - 1) * Variants) + variant];
        nint known = Volatile.Read(ref routine);
        if (known == 0)
        {
            // Workers that come at once may each write the routine; the one that stays does the same.
            known = ExecutableMemory.Copy(VnniRoutine.Write(new VnniShape(
                tiles, rows, bits, units * GroupUnit, tile.HasZeros, hasPairs, isOdd)));
            Volatile.Write(ref routine, known);
        }

        return known;
    }
}
