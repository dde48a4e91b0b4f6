namespace Puyu.Data.Rules;

/// <summary>Where a listed word counts.</summary>
public enum WordMatching
{
    /// <summary>Only where no letter or digit precedes or follows.</summary>
    WholeWords,

    /// <summary>Inside words too, as in scripts that do not separate them: Chinese, Japanese, Thai.</summary>
    Anywhere,
}
