namespace Puyu.Tensors;

/// <summary>What the scales of a <see cref="KvProduct"/> belong to, known to the JIT.</summary>
internal interface IScaleAxis
{
    /// <summary>Whether to columns; else to the steps of the sum.</summary>
    static abstract bool IsColumn { get; }
}

/// <summary>Keys, across.</summary>
internal readonly struct ScalesOfColumns : IScaleAxis
{
    public static bool IsColumn => true;
}

/// <summary>Values.</summary>
internal readonly struct ScalesOfSteps : IScaleAxis
{
    public static bool IsColumn => false;
}
