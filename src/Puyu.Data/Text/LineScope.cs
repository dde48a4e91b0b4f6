namespace Puyu.Data.Text;

/// <summary>Which lines of a text count.</summary>
internal enum LineScope
{
    All,

    /// <summary>Those with at least one character, white space or not.</summary>
    NotEmpty,

    /// <summary>Those with more than white space.</summary>
    Visible,
}
