using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>How a linear classifier is trained.</summary>
public sealed record ClassifierTrainingOptions
{
    /// <summary>Name of the score, such as toxicity.</summary>
    public required string ScoreName { get; init; }

    /// <summary>
    /// Whether a high score shall speak for a text, as fluency does; the positive texts are then those that lack it.
    /// </summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>What the classifier looks at.</summary>
    public FeatureOptions Features { get; init; } = new();

    /// <summary>Passes over the texts.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Step of the optimizer, AdaGrad.</summary>
    public float LearningRate { get; init; } = 0.3f;

    /// <summary>Share of the texts found that shall truly be positive; the threshold is chosen for it.</summary>
    public float TargetPrecision { get; init; } = 0.9f;

    /// <summary>
    /// Share of the texts held out for calibration and threshold, and again for the report. Which they are depends on
    /// the text alone: a text that occurs twice is on one side.
    /// </summary>
    public float HeldOut { get; init; } = 0.1f;

    /// <summary>Of the order of the texts, and of the division.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ClassifierTrainingOptions Validated()
    {
        Features.Validated();
        var problems = new Problems(nameof(ClassifierTrainingOptions));
        problems.Require(!string.IsNullOrWhiteSpace(ScoreName), ScoreName, "must name the score, such as toxicity");
        problems.Require(Epochs is > 0 and <= 1000, Epochs, "must lie in [1, 1000]");
        problems.Require(LearningRate is > 0 and <= 10, LearningRate, "must lie in (0, 10]");
        problems.Require(TargetPrecision is > 0 and < 1, TargetPrecision, "must lie in (0, 1)");
        problems.Require(HeldOut is > 0 and < 0.5f, HeldOut, "must lie in (0, 0.5)");
        problems.ThrowIfAny();
        return this;
    }
}
