namespace Puyu.Data.Code;

/// <summary>Languages whose imports are read.</summary>
public enum CodeLanguage
{
    /// <summary>C#.</summary>
    CSharp,

    /// <summary>Python.</summary>
    Python,

    /// <summary>C and C++.</summary>
    Cpp,

    /// <summary>Java.</summary>
    Java,

    /// <summary>JavaScript and TypeScript.</summary>
    JavaScript,

    /// <summary>Go.</summary>
    Go,

    /// <summary>Rust.</summary>
    Rust,
}
