using Puyu.Tensors;

namespace Puyu.Models.Tests.Support;

internal static class TestBackends
{
    public static Backend Create(string name) => name switch
    {
        "reference" => new ReferenceBackend(),
        "cpu" => new CpuBackend(threads: 2),
        "meta" => new MetaBackend(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no backend"),
    };
}
