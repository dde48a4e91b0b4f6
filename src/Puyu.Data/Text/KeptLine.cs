namespace Puyu.Data.Text;

/// <summary>A line, or what is left of it, that stays when others go.</summary>
/// <param name="Start">Its first unit in the old text.</param>
/// <param name="Length">Its units.</param>
/// <param name="NewStart">Its first unit in the new text.</param>
internal readonly record struct KeptLine(int Start, int Length, int NewStart);
