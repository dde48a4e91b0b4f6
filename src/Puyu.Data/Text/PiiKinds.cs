namespace Puyu.Data.Text;

/// <summary>Kinds of personal data that <see cref="PiiStage"/> finds.</summary>
[Flags]
public enum PiiKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>E-mail addresses.</summary>
    Email = 1,

    /// <summary>Addresses of version 4.</summary>
    Ipv4 = 2,

    /// <summary>Addresses of version 6.</summary>
    Ipv6 = 4,

    /// <summary>Chinese identity numbers of 18 characters (GB 11643), with their check character.</summary>
    ChineseId = 8,

    /// <summary>Chinese mobile numbers, with or without country code.</summary>
    ChineseMobile = 16,

    /// <summary>Numbers of bank cards, with their check digit (ISO/IEC 7812) and a known issuer prefix.</summary>
    BankCard = 32,

    /// <summary>Chinese unified social credit codes (GB 32100), with their check character.</summary>
    CreditCode = 64,

    /// <summary>All of them.</summary>
    All = 127,
}
