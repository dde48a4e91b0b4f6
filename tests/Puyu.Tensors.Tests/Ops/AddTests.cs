using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class AddTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Add_IsExact_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 31, 64, 1000, 100_003])
        {
            using Scope scope = backend.BeginScope();
            float[] a = Numbers.Uniform(length, seed: 1);
            float[] b = Numbers.Uniform(length, seed: 2);

            Tensor y = scope.Add(scope.From<float>(a, [length]), scope.From<float>(b, [length]));

            Assert.Equal(a.Zip(b, (ai, bi) => ai + bi), y.Span<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_GivesEachSummandItsOwnGradient(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor a = scope.From<float>([3], [1]);
        Tensor b = scope.From<float>([4], [1]);
        (a.RequiresGradient, b.RequiresGradient) = (true, true);

        // y = (a + b) + a: the gradient lent to a by the outer sum must not be changed for (a + b).
        Tensor y = scope.Add(scope.Add(a, b), a);
        scope.Backward(y);

        Assert.Equal(2, a.Gradient!.Span<float>()[0]);
        Assert.Equal(1, b.Gradient!.Span<float>()[0]);
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] a = FiniteDifferences.Uniform(5, seed: 1);
        double[] b = FiniteDifferences.Uniform(5, seed: 2);
        double[] dY = FiniteDifferences.Uniform(5, seed: 3);
        double[] y = new double[5];
        double[] dA = new double[5];

        AddReference.Backward(dY, dA);

        FiniteDifferences.AssertMatch(a, Loss, dA);

        double Loss()
        {
            AddReference.Forward(a, b, y);
            return y.Zip(dY, (yi, dYi) => yi * dYi).Sum();
        }
    }

    [Fact]
    public void Add_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Add(scope.Zeros([2, 3]), scope.Zeros([3, 2])));

        Assert.Equal("Add: b is tensor F32 [3, 2] but a is tensor F32 [2, 3], so b must be [2, 3]", exception.Message);
    }
}
