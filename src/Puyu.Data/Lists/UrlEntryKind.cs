namespace Puyu.Data.Lists;

/// <summary>What an entry of a list of addresses stands for.</summary>
public enum UrlEntryKind
{
    /// <summary>A domain with all its subdomains.</summary>
    Domain,

    /// <summary>One host without its subdomains.</summary>
    Host,

    /// <summary>One page, whatever its scheme.</summary>
    Url,

    /// <summary>A word anywhere between other characters than letters and digits.</summary>
    Word,

    /// <summary>Such a word that counts only together with another.</summary>
    SoftWord,

    /// <summary>Characters anywhere once all but letters and digits are taken out.</summary>
    Subword,
}
