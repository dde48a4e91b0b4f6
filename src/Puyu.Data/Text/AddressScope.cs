namespace Puyu.Data.Text;

/// <summary>Which IP addresses count as personal.</summary>
public enum AddressScope
{
    /// <summary>Those that are routed globally.</summary>
    Public,

    /// <summary>Private, local and reserved ones too.</summary>
    All,
}
