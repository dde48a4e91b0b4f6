using Puyu.Abstractions;

namespace Puyu.Tensors;

/// <summary>
/// Cosines and sines of the rotation angles, F32, computed in double. A row is computed when its position is first
/// used, so that a longer sequence costs only its new positions and, with dynamic NTK, a decode step only its own.
/// </summary>
/// <remarks>Used by one thread at a time, like its backend.</remarks>
public sealed class RopeTable : IDisposable
{
    private const int SmallestCapacity = 256;

    private readonly RopeOptions _options;
    private readonly Scope _scope;
    private readonly double[] _frequencies;
    private readonly double _amplitude;
    private int _effectiveLength = -1;
    private int _version;
    private int[] _versionOfRow = [];

    /// <summary>Makes an empty table.</summary>
    /// <param name="options">Frequencies, pairing and scaling.</param>
    /// <param name="headDim">Elements of a head, E; even.</param>
    /// <param name="backend">Where the table lives.</param>
    /// <exception cref="OptionsException">Lists every option out of its range.</exception>
    public RopeTable(RopeOptions options, int headDim, Backend backend)
    {
        _options = options.Validated(headDim);
        _scope = backend.BeginScope();
        _frequencies = new double[headDim / 2];
        _amplitude = options.Scaling?.Amplitude ?? 1;
        Cosines = _scope.Empty([0, headDim / 2]);
        Sines = _scope.Empty([0, headDim / 2]);
        For(length: 1);
    }

    /// <summary>Positions that may be asked for: what <see cref="For"/> was last called with.</summary>
    public int Length { get; private set; }

    /// <summary>Which elements form a pair.</summary>
    internal RopePairing Pairing => _options.Pairing;

    /// <summary>Elements of a head.</summary>
    internal int HeadDim => 2 * _frequencies.Length;

    /// <summary>[capacity, E/2]; only rows that <see cref="Fill"/> was asked for are defined.</summary>
    internal Tensor Cosines { get; private set; }

    /// <inheritdoc cref="Cosines"/>
    internal Tensor Sines { get; private set; }

    /// <summary>
    /// Readies the table for sequences of up to <paramref name="length"/> positions. With dynamic NTK and a length
    /// beyond the trained one every angle changes; it depends on this length alone, not on earlier calls.
    /// </summary>
    /// <param name="length">Greatest position + 1; positive.</param>
    /// <returns>This table.</returns>
    public RopeTable For(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        int effectiveLength = _options.Scaling?.EffectiveLength(length) ?? 0;
        if (effectiveLength != _effectiveLength)
        {
            _effectiveLength = effectiveLength;
            _version++;
            if (_options.Scaling is { } scaling)
            {
                scaling.Frequencies(_options.Theta, effectiveLength, _frequencies);
            }
            else
            {
                RopeScaling.Unscaled(_options.Theta, _frequencies);
            }
        }

        if (length > _versionOfRow.Length)
        {
            Grow(Math.Max(Math.Max(length, 2 * _versionOfRow.Length), SmallestCapacity));
        }

        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();

    /// <summary>
    /// Computes the rows of these positions where they are missing. For backends whose memory is the host's.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A position is negative or not below <see cref="Length"/>.
    /// </exception>
    internal void Fill(ReadOnlySpan<int> positions)
    {
        foreach (int position in positions)
        {
            if ((uint)position >= (uint)Length)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(positions), $"Rope: position {position} is not in [0, {Length}); call RopeTable.For first");
            }

            if (_versionOfRow[position] != _version)
            {
                FillRow(position);
                _versionOfRow[position] = _version;
            }
        }
    }

    private void FillRow(int position)
    {
        Span<float> cosines = Cosines.Span<float>().Slice(position * _frequencies.Length, _frequencies.Length);
        Span<float> sines = Sines.Span<float>().Slice(position * _frequencies.Length, _frequencies.Length);
        for (int i = 0; i < _frequencies.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(position * _frequencies[i]);
            cosines[i] = (float)(cosine * _amplitude);
            sines[i] = (float)(sine * _amplitude);
        }
    }

    private void Grow(int capacity)
    {
        Cosines = Grown(Cosines, capacity);
        Sines = Grown(Sines, capacity);
        Array.Resize(ref _versionOfRow, capacity);
    }

    private Tensor Grown(Tensor rows, int capacity)
    {
        Tensor grown = _scope.Empty([capacity, _frequencies.Length]);
        _scope.Backend.Copy(rows, grown);
        _scope.Release(rows);
        return grown;
    }
}
