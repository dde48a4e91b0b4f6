using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Parts of a tensor.</summary>
public static class SliceOp
{
    /// <summary>
    /// Consecutive rows of the outermost dimension. The result shares the memory of <paramref name="x"/>; its gradient
    /// goes to these rows.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Shape [T, ...], any storage type.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <returns>Shape [rows, ...].</returns>
    /// <exception cref="ShapeException">The rows reach beyond the tensor.</exception>
    public static Tensor SliceRows(this Scope scope, Tensor x, int firstRow, int rows)
    {
        ShapeException.Require(x.Shape.Rank > 0, $"SliceRows: {x} has no rows");
        ShapeException.Require(
            IsWithin(firstRow, rows, x.Shape[0]),
            $"SliceRows: {rows} rows from row {firstRow} reach beyond {x}, which has {x.Shape[0]}");

        long firstElement = x.Shape[0] == 0 ? 0 : firstRow * (x.Count / x.Shape[0]);
        Tensor y = scope.ViewElements(x, WithFirst(x.Shape, rows), firstElement);
        if (scope.Records(x))
        {
            RowsNode node = scope.Record<RowsNode>(y);
            (node.X, node.FirstElement) = (x, firstElement);
        }

        return y;
    }

    /// <summary>Consecutive columns: a part of the last dimension, copied.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Shape [..., D], F32.</param>
    /// <param name="firstColumn">The first column.</param>
    /// <param name="columns">Number of columns.</param>
    /// <returns>Shape [..., columns].</returns>
    /// <exception cref="ShapeException">The columns reach beyond the tensor, or the elements are not F32.</exception>
    public static Tensor SliceColumns(this Scope scope, Tensor x, int firstColumn, int columns)
    {
        ShapeException.Require(
            x.Shape.Rank > 0 && x.DType == DType.F32, $"SliceColumns: x is {x} but must be F32 [..., D]");
        ShapeException.Require(
            IsWithin(firstColumn, columns, x.Shape[^1]),
            $"SliceColumns: {columns} columns from column {firstColumn} reach beyond {x}, which has {x.Shape[^1]}");

        Tensor y = scope.Empty(WithLast(x.Shape, columns));
        scope.Backend.CopyColumns(x, firstColumn, y, targetColumn: 0, columns);
        if (scope.Records(x))
        {
            ColumnsNode node = scope.Record<ColumnsNode>(y);
            (node.X, node.FirstColumn) = (x, firstColumn);
        }

        return y;
    }

    /// <summary>The shape with another last dimension.</summary>
    internal static Shape WithLast(Shape shape, int last) => shape.Rank switch
    {
        1 => [last],
        2 => [shape[0], last],
        3 => [shape[0], shape[1], last],
        _ => [shape[0], shape[1], shape[2], last],
    };

    private static Shape WithFirst(Shape shape, int first) => shape.Rank switch
    {
        1 => [first],
        2 => [first, shape[1]],
        3 => [first, shape[1], shape[2]],
        _ => [first, shape[1], shape[2], shape[3]],
    };

    private static bool IsWithin(int first, int count, int length) =>
        first >= 0 && count >= 0 && first <= length - count;

    private sealed class RowsNode : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public long FirstElement { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            Tensor rows = scope.ViewElements(scope.Gradient(X), dY.Shape, FirstElement);
            scope.Backend.Accumulate(dY, rows);
            scope.Release(rows);
        }
    }

    private sealed class ColumnsNode : TapeNode
    {
        public Tensor X { get; set; } = null!;

        public int FirstColumn { get; set; }

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.AddColumns(dY, sourceColumn: 0, scope.Gradient(X), FirstColumn, dY.Shape[^1]);
    }
}
