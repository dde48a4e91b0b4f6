using Puyu.Abstractions;

namespace Puyu.Data.Decontamination;

/// <summary>How long a run has to be to count as taken from an evaluation set.</summary>
public sealed record DecontaminationOptions
{
    /// <summary>
    /// Words of a run: 12 as in datatrove; 10 (DeepSeek-Coder) finds more, 13 (GPT-3) finds less.
    /// </summary>
    public int Words { get; init; } = 12;

    /// <summary>Units of a run of which most are ideographs or kana.</summary>
    public int Ideographs { get; init; } = 20;

    /// <summary>
    /// Items of a task from which on a run that they share is part of how the task is put, and is left out.
    /// </summary>
    public int TemplateItems { get; init; } = 10;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public DecontaminationOptions Validated()
    {
        var problems = new Problems(nameof(DecontaminationOptions));
        problems.Require(Words is >= 4 and < 64, Words, "must lie in [4, 63]");
        problems.Require(Ideographs is >= 4 and < 64, Ideographs, "must lie in [4, 63]");
        problems.Require(TemplateItems >= 2, TemplateItems, "must be at least 2");
        problems.ThrowIfAny();
        return this;
    }
}
