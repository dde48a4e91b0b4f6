using System.Runtime.InteropServices;
using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>Trains linear classifiers by logistic regression.</summary>
public static class ClassifierTrainer
{
    private const ulong DivisionStream = 1;
    private const ulong OrderStream = 2;

    /// <summary>Trains on most of the texts, calibrates on some of the rest, and reports on the others.</summary>
    /// <param name="texts">At least ten of each kind on each side. Their order does not matter.</param>
    /// <param name="options">How.</param>
    /// <returns>The same bits for the same texts and options.</returns>
    /// <exception cref="ArgumentException">There are too few texts of one kind.</exception>
    /// <exception cref="OptionsException">
    /// An option is out of range, or the target precision is out of reach.
    /// </exception>
    public static LinearClassifier Train(IReadOnlyList<LabeledText> texts, ClassifierTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        var train = new List<(UInt128 Key, LabeledText Text)>();
        var calibration = new List<LabeledText>();
        var test = new List<LabeledText>();
        foreach (LabeledText text in texts)
        {
            UInt128 key = Hashing.Hash128(MemoryMarshal.AsBytes(text.Text.AsSpan()));
            UInt128 draw = CounterRandom.Block(options.Seed, DivisionStream, (ulong)key);
            double place = (double)(ulong)draw / ulong.MaxValue;
            if (place < options.HeldOut)
            {
                calibration.Add(text);
            }
            else if (place < 2 * options.HeldOut)
            {
                test.Add(text);
            }
            else
            {
                train.Add((key, text));
            }
        }

        // Their order in the file must not matter, and training shuffles by itself.
        train.Sort((x, y) => x.Key != y.Key
            ? x.Key.CompareTo(y.Key) : x.Text.IsPositive.CompareTo(y.Text.IsPositive));
        RequireBothKinds(train.Select(item => item.Text), "training");
        RequireBothKinds(calibration, "calibration");
        RequireBothKinds(test, "test");
        (float[] weights, float bias) = Learn([.. train.Select(item => item.Text)], options);
        return Calibrate(new LinearClassifier(options.Features, weights, bias)
        {
            ScoreName = options.ScoreName,
            HigherIsBetter = options.HigherIsBetter,
            Report = new ClassifierReport(options.TargetPrecision, 0, 0, 0, 0, train.Count, calibration.Count, 0),
        }, calibration, test);
    }

    /// <summary>Measures a classifier on other texts, at its threshold.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="texts">Texts that it was not trained on.</param>
    public static ClassifierReport Measure(LinearClassifier classifier, IReadOnlyList<LabeledText> texts)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(texts);
        float[] scores = new float[texts.Count];
        bool[] isPositive = new bool[texts.Count];
        (int found, int right, int positives) = (0, 0, 0);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = classifier.Probability(texts[i].Text);
            isPositive[i] = texts[i].IsPositive;
            positives += isPositive[i] ? 1 : 0;
            if (scores[i] > classifier.Report.Threshold)
            {
                found++;
                right += isPositive[i] ? 1 : 0;
            }
        }

        return classifier.Report with
        {
            Auc = RankStatistics.Auc(scores, isPositive),
            Precision = (double)right / found,
            Recall = (double)right / positives,
            TestedOn = texts.Count,
        };
    }

    private static void RequireBothKinds(IEnumerable<LabeledText> texts, string use)
    {
        const int Least = 10;
        int[] counts = [0, 0];
        foreach (LabeledText text in texts)
        {
            counts[text.IsPositive ? 1 : 0]++;
        }

        if (counts[0] < Least || counts[1] < Least)
        {
            throw new ArgumentException(
                $"{use} has {counts[1]} positive and {counts[0]} negative texts but needs {Least} of each; "
                + "label more texts, or hold out another share");
        }
    }

    private static LinearClassifier Calibrate(
        LinearClassifier raw, List<LabeledText> calibration, List<LabeledText> test)
    {
        float[] sums = [.. calibration.Select(text => raw.Sum(text.Text))];
        bool[] isPositive = [.. calibration.Select(text => text.IsPositive)];
        (float slope, float intercept) = PlattScaling.Fit(sums, isPositive);
        float[] scores = [.. sums.Select(sum => LinearClassifier.Sigmoid((slope * sum) + intercept))];
        float target = raw.Report.TargetPrecision;
        float threshold = RankStatistics.Threshold(scores, isPositive, target, out double best)
            ?? throw new OptionsException(FormattableString.Invariant(
                $"TargetPrecision is {target} but no threshold reaches more than {best:F3}; ask for that or less"));
        LinearClassifier calibrated = raw.Calibrated(slope, intercept, raw.Report with { Threshold = threshold });
        return calibrated.Calibrated(slope, intercept, Measure(calibrated, test));
    }

    /// <summary>AdaGrad on the logistic loss, one text a step.</summary>
    private static (float[] Weights, float Bias) Learn(LabeledText[] texts, ClassifierTrainingOptions options)
    {
        (int[] features, int[] ends) = Featurize(texts, options.Features);
        float[] weights = new float[1 << options.Features.BucketBits];
        float[] squares = new float[weights.Length];
        float bias = 0;
        float biasSquares = 1e-6f;
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        var random = new CounterRandom(options.Seed, OrderStream);
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            random.Shuffle<int>(order);
            foreach (int i in order)
            {
                int first = i == 0 ? 0 : ends[i - 1];
                ReadOnlySpan<int> active = features.AsSpan(first, ends[i] - first);
                float scale = active.Length == 0 ? 0 : 1 / MathF.Sqrt(active.Length);
                float sum = 0;
                foreach (int feature in active)
                {
                    sum += weights[feature];
                }

                float residual = LinearClassifier.Sigmoid(bias + (sum * scale)) - (texts[i].IsPositive ? 1 : 0);
                float gradient = residual * scale;
                foreach (int feature in active)
                {
                    squares[feature] += gradient * gradient;
                    weights[feature] -= options.LearningRate * gradient / MathF.Sqrt(squares[feature] + 1e-6f);
                }

                biasSquares += residual * residual;
                bias -= options.LearningRate * residual / MathF.Sqrt(biasSquares);
            }
        }

        return (weights, bias);
    }

    private static (int[] Features, int[] Ends) Featurize(LabeledText[] texts, FeatureOptions options)
    {
        var sink = new Collected([]);
        int[] ends = new int[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            HashedFeatures.Visit(texts[i].Text, options, ref sink);
            ends[i] = sink.Features.Count;
        }

        return ([.. sink.Features], ends);
    }

    private readonly struct Collected(List<int> features) : IFeatureSink
    {
        public List<int> Features => features;

        public void Add(int bucket) => features.Add(bucket);

        public void Add(int first, int second, int third, int fourth) =>
            features.AddRange([first, second, third, fourth]);
    }
}
