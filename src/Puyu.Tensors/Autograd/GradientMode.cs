namespace Puyu.Tensors.Autograd;

/// <summary>What a scope does about gradients.</summary>
internal enum GradientMode
{
    /// <summary>Ops are not recorded.</summary>
    Off,

    /// <summary>Ops are recorded on a tape of the scope's own.</summary>
    Record,

    /// <summary>As the enclosing scope does.</summary>
    Inherit,
}
