using System.Numerics.Tensors;

namespace Puyu.Tensors;

/// <summary>Scale and zero of a row of codes (<see cref="KvFormat"/>).</summary>
internal readonly record struct KvScale
{
    /// <summary>2⁻¹²⁶, whose reciprocal is finite: the scale of a row of equal elements.</summary>
    private const float SmallestScale = 1.17549435e-38f;

    /// <summary>Distance of neighbouring codes.</summary>
    public BFloat16 Scale { get; private init; }

    /// <summary>What code 0 stands for.</summary>
    public BFloat16 Zero { get; private init; }

    /// <summary>1 / <see cref="Scale"/>.</summary>
    public float Inverse { get; private init; }

    /// <summary>The greatest code.</summary>
    public int Levels { get; private init; }

    /// <summary>Scale and zero that cover a row. Where an element is not finite, all of the row becomes NaN.</summary>
    /// <param name="row">At least one element.</param>
    /// <param name="levels">The greatest code: 255 or 15.</param>
    public static KvScale Of(ReadOnlySpan<float> row, int levels)
    {
        float min = TensorPrimitives.Min(row);
        float max = TensorPrimitives.Max(row);
        if (!float.IsFinite(max - min))
        {
            return new KvScale { Zero = (BFloat16)float.NaN, Levels = levels };
        }

        BFloat16 zero = Below(min);
        BFloat16 scale = Above(Math.Max((max - (float)zero) / levels, SmallestScale));
        return new KvScale { Scale = scale, Zero = zero, Inverse = 1 / (float)scale, Levels = levels };
    }

    /// <summary>The code of an element.</summary>
    public byte Code(float x) =>
        (byte)Math.Clamp(MathF.Round((x - (float)Zero) * Inverse), 0, Levels);

    /// <summary>The codes of a row; the numbers of <see cref="Code"/>.</summary>
    /// <param name="row">Elements.</param>
    /// <param name="codes">As many, overwritten.</param>
    public void Codes(ReadOnlySpan<float> row, Span<byte> codes)
    {
        Span<float> x = stackalloc float[row.Length];
        TensorPrimitives.Subtract(row, (float)Zero, x);
        TensorPrimitives.Multiply(x, Inverse, x);
        TensorPrimitives.Round(x, x);
        TensorPrimitives.Min(x, Levels, x);
        TensorPrimitives.ConvertSaturating<float, byte>(x, codes);
    }

    /// <summary>The greatest bfloat16 that is not above a finite number.</summary>
    private static BFloat16 Below(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return new BFloat16((ushort)((bits + (x < 0 ? 0xFFFFu : 0)) >> 16));
    }

    /// <summary>The least bfloat16 that is not below a finite number that is not negative.</summary>
    private static BFloat16 Above(float x) =>
        new((ushort)((BitConverter.SingleToUInt32Bits(x) + 0xFFFF) >> 16));
}
