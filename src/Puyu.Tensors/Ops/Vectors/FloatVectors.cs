using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>
/// A vector of floats of some width, so that an element-wise kernel is written once for all widths. All widths give the
/// same bits for the same element, sums apart.
/// </summary>
internal unsafe partial interface IFloatVector<TSelf>
    where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>Elements.</summary>
    static abstract int Count { get; }

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>Reads elements from any address.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>The same number in every element.</summary>
    static abstract TSelf Create(float value);

    /// <summary>The greater of two; <paramref name="b"/> where either is NaN.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The smaller of two; <paramref name="b"/> where either is NaN.</summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    /// <summary>a · b + c, fused where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The sum of all elements, in an order that depends on the width.</summary>
    static abstract float Sum(TSelf x);

    /// <summary>x · 2ⁿ for whole n in [−252, 255], rounded once.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    /// <summary>
    /// <paramref name="x"/> where <paramref name="bound"/> ≤ <paramref name="limit"/>, else <paramref name="other"/>.
    /// </summary>
    static abstract TSelf WhereAtMost(TSelf bound, TSelf limit, TSelf x, TSelf other);

    /// <summary>Writes the elements to any address.</summary>
    void Store(float* target);
}

/// <summary>16 floats.</summary>
internal readonly unsafe partial struct Float16Lanes(Vector512<float> value) : IFloatVector<Float16Lanes>
{
    private readonly Vector512<float> _value = value;

    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes operator +(Float16Lanes a, Float16Lanes b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes operator -(Float16Lanes a, Float16Lanes b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes operator *(Float16Lanes a, Float16Lanes b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes operator /(Float16Lanes a, Float16Lanes b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes MaxNative(Float16Lanes a, Float16Lanes b) =>
        new(Vector512.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes MinNative(Float16Lanes a, Float16Lanes b) =>
        new(Vector512.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes MultiplyAdd(Float16Lanes a, Float16Lanes b, Float16Lanes c) =>
        new(Vector512.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes Round(Float16Lanes x) => new(Vector512.Round(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float16Lanes x) => Vector512.Sum(x._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes Scale(Float16Lanes x, Float16Lanes n)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.Scale(x._value, n._value));
        }

        Vector512<int> whole = Vector512.ConvertToInt32(n._value);
        Vector512<int> half = whole >> 1;
        Vector512<int> bias = Vector512.Create(127);
        return new(
            x._value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes WhereAtMost(
        Float16Lanes bound, Float16Lanes limit, Float16Lanes x, Float16Lanes other) =>
        new(Vector512.ConditionalSelect(
            Vector512.LessThanOrEqual(bound._value, limit._value), x._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _value.Store(target);
}

/// <summary>8 floats.</summary>
internal readonly unsafe partial struct Float8Lanes(Vector256<float> value) : IFloatVector<Float8Lanes>
{
    private readonly Vector256<float> _value = value;

    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes operator +(Float8Lanes a, Float8Lanes b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes operator -(Float8Lanes a, Float8Lanes b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes operator *(Float8Lanes a, Float8Lanes b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes operator /(Float8Lanes a, Float8Lanes b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes MaxNative(Float8Lanes a, Float8Lanes b) => new(Vector256.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes MinNative(Float8Lanes a, Float8Lanes b) => new(Vector256.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes MultiplyAdd(Float8Lanes a, Float8Lanes b, Float8Lanes c) =>
        new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes Round(Float8Lanes x) => new(Vector256.Round(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float8Lanes x) => Vector256.Sum(x._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes Scale(Float8Lanes x, Float8Lanes n)
    {
        Vector256<int> whole = Vector256.ConvertToInt32(n._value);
        Vector256<int> half = whole >> 1;
        Vector256<int> bias = Vector256.Create(127);
        return new(
            x._value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes WhereAtMost(Float8Lanes bound, Float8Lanes limit, Float8Lanes x, Float8Lanes other) =>
        new(Vector256.ConditionalSelect(
            Vector256.LessThanOrEqual(bound._value, limit._value), x._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _value.Store(target);
}

/// <summary>4 floats.</summary>
internal readonly unsafe partial struct Float4Lanes(Vector128<float> value) : IFloatVector<Float4Lanes>
{
    private readonly Vector128<float> _value = value;

    public static int Count => Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes operator +(Float4Lanes a, Float4Lanes b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes operator -(Float4Lanes a, Float4Lanes b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes operator *(Float4Lanes a, Float4Lanes b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes operator /(Float4Lanes a, Float4Lanes b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes MaxNative(Float4Lanes a, Float4Lanes b) => new(Vector128.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes MinNative(Float4Lanes a, Float4Lanes b) => new(Vector128.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes MultiplyAdd(Float4Lanes a, Float4Lanes b, Float4Lanes c) =>
        new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes Round(Float4Lanes x) => new(Vector128.Round(x._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float4Lanes x) => Vector128.Sum(x._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes Scale(Float4Lanes x, Float4Lanes n)
    {
        Vector128<int> whole = Vector128.ConvertToInt32(n._value);
        Vector128<int> half = whole >> 1;
        Vector128<int> bias = Vector128.Create(127);
        return new(
            x._value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes WhereAtMost(Float4Lanes bound, Float4Lanes limit, Float4Lanes x, Float4Lanes other) =>
        new(Vector128.ConditionalSelect(
            Vector128.LessThanOrEqual(bound._value, limit._value), x._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => _value.Store(target);
}
