using System.Buffers;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Classifiers;

/// <summary>
/// Scores documents with a linear classifier and keeps the score beside them. The threshold of the model is the bound.
/// </summary>
public sealed class ClassifierStage : IStage
{
    private static readonly SearchValues<char> _ends = SearchValues.Create("\n.!?。！？");

    private readonly LinearClassifier _classifier;
    private readonly int _windowCharacters;

    /// <summary>Loads the model.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this kind.</exception>
    public ClassifierStage(ClassifierStageOptions options)
        : this(LinearClassifier.Load(options.Validated().Model), options)
    {
    }

    internal ClassifierStage(LinearClassifier classifier, ClassifierStageOptions options)
    {
        _classifier = classifier;
        _windowCharacters = options.WindowCharacters == 0 ? int.MaxValue : options.WindowCharacters;
        Measures = classifier.HigherIsBetter
            ? [new Measure(classifier.ScoreName, Min: classifier.Threshold)]
            : [new Measure(classifier.ScoreName, Max: classifier.Threshold)];
    }

    /// <inheritdoc/>
    public string Name => "classifier";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; }

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ReadOnlySpan<char> rest = document.Text;
        float worst = float.NaN;
        string? note = null;
        while (rest.Length > 0)
        {
            ReadOnlySpan<char> window = rest[..WindowLength(rest)];
            rest = rest[window.Length..];
            float score = _classifier.Score(window);
            if (float.IsNaN(worst) || (_classifier.HigherIsBetter ? score < worst : score > worst))
            {
                worst = score;
                note = Measures[0].Admits(score) ? null : Excerpt(window);
            }
        }

        values[0] = worst;
        if (float.IsNaN(worst))
        {
            return new StageResult(document);
        }

        var named = new Score(_classifier.ScoreName, worst, _classifier.HigherIsBetter);
        return new StageResult(document with { Scores = document.Scores.Add(named) }, note);
    }

    /// <summary>
    /// Up to the end of a line or sentence, if there is one before another half window; what is left of the text is
    /// not judged by itself if it is shorter than that.
    /// </summary>
    private int WindowLength(ReadOnlySpan<char> rest)
    {
        if (rest.Length - _windowCharacters <= _windowCharacters / 2)
        {
            return rest.Length;
        }

        int end = rest.Slice(_windowCharacters, _windowCharacters / 2).IndexOfAny(_ends);
        return _windowCharacters + end + 1;
    }

    private static string Excerpt(ReadOnlySpan<char> window)
    {
        const int Characters = 80;
        return window.Length <= Characters ? window.ToString() : $"{window[..Characters]}…";
    }
}
