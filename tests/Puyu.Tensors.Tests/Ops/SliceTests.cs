using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class SliceTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SliceRows_SharesMemory_AndSendsTheGradientToItsRows(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [4, 1, 3], seed: 1);
        float[] elements = x.Span<float>().ToArray();

        Tensor y = scope.SliceRows(x, firstRow: 1, rows: 2);
        float[] slice = y.Span<float>().ToArray();
        scope.Backward(scope.Sum(scope.Add(y, scope.SliceRows(x, firstRow: 2, rows: 2))));

        Assert.Equal("[2, 1, 3]", y.Shape.ToString());
        Assert.Equal(elements[3..9], slice);
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 1], x.Gradient!.Span<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SliceColumns_CopiesThem_AndSendsTheGradientBack(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = scope.From<float>([1, 2, 3, 4, 5, 6], [2, 3]);
        x.RequiresGradient = true;

        Tensor right = scope.SliceColumns(x, firstColumn: 1, columns: 2);
        Tensor left = scope.SliceColumns(x, firstColumn: 0, columns: 2);
        Tensor y = scope.Add(right, left);
        Assert.Equal([2, 3, 5, 6], right.Span<float>().ToArray());
        scope.Backward(y, scope.From<float>([10, 20, 30, 40], [2, 2]));

        Assert.Equal([10, 30, 20, 30, 70, 40], x.Gradient!.Span<float>().ToArray());
    }

    [Fact]
    public void Reference_AddingColumnsBackIsTheDerivativeOfTakingThem()
    {
        double[] x = FiniteDifferences.Uniform(2 * 5, seed: 1);
        double[] dY = FiniteDifferences.Uniform(2 * 3, seed: 2);
        double[] dX = new double[2 * 5];

        SliceReference.AddColumns(dY, 3, 0, dX, 5, 1, columns: 3);

        FiniteDifferences.AssertMatch(x, Loss, dX);

        double Loss()
        {
            double[] y = new double[2 * 3];
            SliceReference.AddColumns(x, 5, 1, y, 3, 0, columns: 3);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void Slice_NamesThePartAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();
        Tensor x = scope.Zeros([2, 3]);

        Assert.Equal(
            "SliceRows: 2 rows from row 1 reach beyond tensor F32 [2, 3], which has 2",
            Assert.Throws<ShapeException>(() => scope.SliceRows(x, 1, 2)).Message);
        Assert.Equal(
            "SliceColumns: 1 columns from column 3 reach beyond tensor F32 [2, 3], which has 3",
            Assert.Throws<ShapeException>(() => scope.SliceColumns(x, 3, 1)).Message);
    }
}
