namespace Puyu.Tensors.Tests.Support;

/// <summary>The backends that compute, with one and several threads: every op agrees on all of them.</summary>
public static class AllBackends
{
    public static TheoryData<string> Names => ["reference", "cpu-1", "cpu-3"];

    public static Backend Create(string name) => name switch
    {
        "reference" => new ReferenceBackend(),
        "cpu-1" => new CpuBackend(threads: 1),
        "cpu-3" => new CpuBackend(threads: 3),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no backend"),
    };
}
