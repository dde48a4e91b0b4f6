using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>Lengths of the dimensions of a tensor, outermost first; at most four. Written <c>[B, T, D]</c>.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    private const int MaxRank = 4;

    private readonly int _dim0;
    private readonly int _dim1;
    private readonly int _dim2;
    private readonly int _dim3;

    private Shape(ReadOnlySpan<int> dims)
    {
        Rank = dims.Length;
        _dim0 = Rank > 0 ? dims[0] : 1;
        _dim1 = Rank > 1 ? dims[1] : 1;
        _dim2 = Rank > 2 ? dims[2] : 1;
        _dim3 = Rank > 3 ? dims[3] : 1;
    }

    /// <summary>Number of dimensions, 0 to 4. A shape of rank 0 has one element.</summary>
    public int Rank { get; }

    /// <summary>Number of elements.</summary>
    public long Count => (long)_dim0 * _dim1 * _dim2 * _dim3;

    /// <summary>Length of one dimension; <c>[^1]</c> is the innermost.</summary>
    public int this[Index dim] => dim.GetOffset(Rank) switch
    {
        0 when Rank > 0 => _dim0,
        1 when Rank > 1 => _dim1,
        2 when Rank > 2 => _dim2,
        3 when Rank > 3 => _dim3,
        _ => throw new ArgumentOutOfRangeException(nameof(dim), $"dimension {dim} of {this} does not exist"),
    };

    /// <summary>Two shapes are equal when all their dimensions are.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Two shapes differ when any dimension does.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>Builds a shape from its dimensions.</summary>
    /// <exception cref="ShapeException">More than four dimensions, or a negative one.</exception>
    public static Shape Create(ReadOnlySpan<int> dims)
    {
        if (dims.Length > MaxRank)
        {
            throw new ShapeException($"a shape has {dims.Length} dimensions but at most {MaxRank} are supported");
        }

        foreach (int dim in dims)
        {
            if (dim < 0)
            {
                throw new ShapeException($"a dimension is {dim} but must not be negative");
            }
        }

        return new Shape(dims);
    }

    /// <summary>Elements of everything but the innermost dimension: the rows of a matrix view.</summary>
    public int Rows => Rank == 0 ? 1 : checked((int)(this[^1] == 0 ? 0 : Count / this[^1]));

    /// <inheritdoc/>
    public bool Equals(Shape other) =>
        Rank == other.Rank && _dim0 == other._dim0 && _dim1 == other._dim1 && _dim2 == other._dim2
        && _dim3 == other._dim3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, _dim0, _dim1, _dim2, _dim3);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (int dim = 0; dim < Rank; dim++)
        {
            yield return this[dim];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() =>
        $"[{string.Join(", ", this.Select(dim => dim.ToString(CultureInfo.InvariantCulture)))}]";
}
