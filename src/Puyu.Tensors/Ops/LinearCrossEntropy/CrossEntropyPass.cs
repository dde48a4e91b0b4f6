using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// One pass of <see cref="LinearCrossEntropyReference"/> over the rows with a target, some of them at a time: logits,
/// loss, gradient of the logits in their place, and from it the gradients of hidden and weight.
/// </summary>
/// <remarks>
/// Rows with a target are gathered where they are not consecutive, so that ignored ones cost nothing. Rows of the
/// logits are padded to whole cache lines. The sum of the loss is taken in double, row after row.
/// </remarks>
internal unsafe ref struct CrossEntropyPass
{
    /// <summary>
    /// Logits kept at a time: 16 MB. Fewer rows would pack the weight, and read and write its gradient, more often;
    /// more would not stay in the third-level cache.
    /// </summary>
    private const int ChunkLogits = 4 << 20;

    private const int FewestRows = 256;

    private readonly Workers _workers;
    private readonly MemoryPool _memory;
    private readonly int _v;
    private readonly int _d;
    private readonly int _t;
    private readonly long _ldz;
    private readonly float _scale;
    private readonly DType _weightType;
    private readonly Tensor? _dHidden;
    private readonly Tensor? _dWeight;
    private readonly float* _hidden;
    private readonly byte* _weight;
    private readonly int* _targets;

    private float* _z;
    private float* _gathered;
    private float* _scattered;
    private double* _logProbabilities;
    private int* _rows;

    public CrossEntropyPass(
        Workers workers, MemoryPool memory, Tensor hidden, Tensor weight, Tensor targets, float scale,
        Tensor? dHidden, Tensor? dWeight)
    {
        (_workers, _memory, _scale, _dHidden, _dWeight) = (workers, memory, scale, dHidden, dWeight);
        (_t, _v, _d, _weightType) = (hidden.Shape[0], weight.Shape[0], weight.Shape[1], weight.DType);
        _ldz = Padded(_v);
        _hidden = hidden.Pointer<float>();
        _weight = weight.Pointer<byte>();
        _targets = targets.Pointer<int>();
    }

    /// <summary>Where to write the log-probability of each row's target; null for nowhere. Shape [T].</summary>
    public float* LogProbabilities { get; init; }

    /// <summary>
    /// Where to write whether no token is more likely than the target; null where
    /// <see cref="LogProbabilities"/> is. Shape [T].
    /// </summary>
    public byte* AreLikeliest { get; init; }

    /// <summary>Bytes of scratch memory for T rows, V tokens and hidden size D.</summary>
    public static long ScratchBytes(int t, int v, int d)
    {
        long rows = Math.Min(t, ChunkRows(v));
        return (rows * ((Padded(v) + (2L * d)) * sizeof(float)))
            + (rows * sizeof(double)) + (((long)t + 16) * sizeof(int));
    }

    /// <summary>Goes over all rows.</summary>
    /// <returns>The sum of the log-probabilities of the targets.</returns>
    public double Run()
    {
        Storage scratch = _memory.Rent(ScratchBytes(_t, _v, _d));
        long chunkRows = Math.Min(_t, ChunkRows(_v));
        _z = (float*)scratch.Pointer;
        _gathered = _z + (chunkRows * _ldz);
        _scattered = _gathered + (chunkRows * _d);
        _logProbabilities = (double*)(((nint)(_scattered + (chunkRows * _d)) + 7) & ~7);
        _rows = (int*)(_logProbabilities + chunkRows);
        int count = ListRows();
        double sum = Run(count, (int)chunkRows);
        scratch.Release();
        return sum;
    }

    private static int ChunkRows(int v) => Math.Max(FewestRows, ChunkLogits / Math.Max(1, v));

    private static long Padded(int v) => ((long)v + 15) / 16 * 16;

    private readonly double Run(int count, int chunkRows)
    {
        if (count == 0)
        {
            return 0;
        }

        bool overwritesHidden = _dHidden is { IsZero: true } && count == _t;
        bool overwritesWeight = _dWeight is { IsZero: true };
        float* dHidden = _dHidden is null ? null
            : overwritesHidden ? _dHidden.OverwritePointer<float>() : _dHidden.Pointer<float>();
        float* dWeight = _dWeight is null ? null : _dWeight.OverwritePointer<float>();
        double sum = 0;
        for (int first = 0; first < count; first += chunkRows)
        {
            int rows = Math.Min(chunkRows, count - first);
            float* h = Gather(first, rows);
            sum += Softmax(h, first, rows);
            if (dHidden != null)
            {
                BackwardHidden(dHidden, first, rows, adds: !overwritesHidden);
            }

            if (dWeight != null)
            {
                var problem = new GemmProblem(_z, h, dWeight, _v, _d, rows, MatMulForm.TN)
                {
                    Lda = _ldz,
                    Adds = !overwritesWeight || first > 0,
                };
                Gemm.Multiply(_workers, _memory, problem);
            }
        }

        return sum;
    }

    private readonly int ListRows()
    {
        int count = 0;
        for (int row = 0; row < _t; row++)
        {
            if (_targets[row] >= 0)
            {
                _rows[count++] = row;
            }
            else if (LogProbabilities != null)
            {
                LogProbabilities[row] = 0;
                AreLikeliest[row] = 0;
            }
        }

        return count;
    }

    private readonly bool IsConsecutive(int first, int rows) => _rows[first + rows - 1] - _rows[first] == rows - 1;

    private readonly float* Gather(int first, int rows)
    {
        if (IsConsecutive(first, rows))
        {
            return _hidden + ((long)_rows[first] * _d);
        }

        for (int i = 0; i < rows; i++)
        {
            new ReadOnlySpan<float>(_hidden + ((long)_rows[first + i] * _d), _d)
                .CopyTo(new Span<float>(_gathered + ((long)i * _d), _d));
        }

        return _gathered;
    }

    /// <summary>Makes the logits and their gradient if one is wanted, and sums the log-probabilities.</summary>
    private readonly double Softmax(float* h, int first, int rows)
    {
        var problem = new GemmProblem(h, (float*)_weight, _z, rows, _v, _d, MatMulForm.NT)
        {
            BType = _weightType,
            Ldc = _ldz,
        };
        Gemm.Multiply(_workers, _memory, problem);
        CrossEntropySimd.Forward(
            _workers, _z, _ldz, _v, rows, _targets, _rows + first, _logProbabilities, AreLikeliest,
            _dHidden is null && _dWeight is null ? null : _scale);
        double sum = 0;
        for (int i = 0; i < rows; i++)
        {
            sum += _logProbabilities[i];
            if (LogProbabilities != null)
            {
                LogProbabilities[_rows[first + i]] = (float)_logProbabilities[i];
            }
        }

        return sum;
    }

    private readonly void BackwardHidden(float* dHidden, int first, int rows, bool adds)
    {
        bool isConsecutive = IsConsecutive(first, rows);
        float* target = isConsecutive ? dHidden + ((long)_rows[first] * _d) : _scattered;
        var problem = new GemmProblem(_z, (float*)_weight, target, rows, _d, _v, MatMulForm.NN, adds && isConsecutive)
        {
            Lda = _ldz,
            BType = _weightType,
        };
        Gemm.Multiply(_workers, _memory, problem);
        for (int i = 0; i < rows && !isConsecutive; i++)
        {
            float* row = dHidden + ((long)_rows[first + i] * _d);
            System.Numerics.Tensors.TensorPrimitives.Add(
                new ReadOnlySpan<float>(row, _d), new ReadOnlySpan<float>(_scattered + ((long)i * _d), _d),
                new Span<float>(row, _d));
        }
    }
}
