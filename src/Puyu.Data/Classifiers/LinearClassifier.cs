using System.Runtime.InteropServices;

namespace Puyu.Data.Classifiers;

/// <summary>
/// Says how probable it is that a text is of some kind, such as toxic, by a weighted sum over its words, pairs of words
/// and sequences of characters. Safe for several threads.
/// </summary>
/// <remarks>
/// <code>
/// z = b + Σᵢ w[hᵢ] / √n      over the n features of the text
/// p = σ(a·z + c)             calibrated on texts that the weights were not learned from
/// </code>
/// Source of the calibration: Platt, Probabilistic Outputs for Support Vector Machines, 1999.
/// </remarks>
public sealed class LinearClassifier
{
    private const string Signature = "PUYUCLS1";

    private readonly short[] _weights;
    private readonly float _unit;

    internal LinearClassifier(FeatureOptions features, ReadOnlySpan<float> weights, float bias)
    {
        Features = features;
        Bias = bias;
        _unit = LargestMagnitude(weights) / short.MaxValue;
        _weights = new short[weights.Length];
        for (int i = 0; i < weights.Length && _unit > 0; i++)
        {
            _weights[i] = (short)MathF.Round(weights[i] / _unit);
        }
    }

    private LinearClassifier(FeatureOptions features, short[] weights, float unit, float bias)
    {
        Features = features;
        Bias = bias;
        _unit = unit;
        _weights = weights;
    }

    /// <summary>What it looks at.</summary>
    public FeatureOptions Features { get; }

    /// <summary>Name of its score, such as toxicity.</summary>
    public required string ScoreName { get; init; }

    /// <summary>Whether a high score speaks for a text; the score is then 1 − p.</summary>
    public required bool HigherIsBetter { get; init; }

    /// <summary>How it did on texts that it was not trained on.</summary>
    public required ClassifierReport Report { get; init; }

    /// <summary>Factor a of the calibration.</summary>
    internal float Slope { get; init; } = 1;

    /// <summary>Summand c of the calibration.</summary>
    internal float Intercept { get; init; }

    /// <summary>Summand b of the sum.</summary>
    internal float Bias { get; }

    /// <summary>
    /// The score from which a text is of that kind: of those above it (below it, if higher is better), the share of
    /// <see cref="ClassifierReport.TargetPrecision"/> truly is.
    /// </summary>
    public float Threshold => HigherIsBetter ? 1 - Report.Threshold : Report.Threshold;

    /// <summary>The score of a text, in [0, 1]. Linear in its length.</summary>
    public float Score(ReadOnlySpan<char> text)
    {
        float probability = Probability(text);
        return HigherIsBetter ? 1 - probability : probability;
    }

    /// <summary>Writes the model: 2 bytes a weight.</summary>
    /// <param name="path">The file; replaced whole or not at all.</param>
    public void Save(string path) => CheckedFile.Write(path, Signature, writer =>
    {
        writer.Write(ScoreName);
        writer.Write(HigherIsBetter);
        writer.Write((byte)Features.BucketBits);
        writer.Write((byte)Features.MaxWords);
        writer.Write((byte)Features.MinCharacters);
        writer.Write((byte)Features.MaxCharacters);
        writer.Write(Bias);
        writer.Write(_unit);
        writer.Write(Slope);
        writer.Write(Intercept);
        Report.Write(writer);
        writer.Write(MemoryMarshal.AsBytes(_weights.AsSpan()));
    });

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The file is not such a model, cut or changed.</exception>
    public static LinearClassifier Load(string path) => CheckedFile.Read(path, Signature, reader =>
    {
        string name = reader.ReadString();
        bool higherIsBetter = reader.ReadBoolean();
        var features = new FeatureOptions
        {
            BucketBits = reader.ReadByte(),
            MaxWords = reader.ReadByte(),
            MinCharacters = reader.ReadByte(),
            MaxCharacters = reader.ReadByte(),
        };
        float bias = reader.ReadSingle();
        float unit = reader.ReadSingle();
        float slope = reader.ReadSingle();
        float intercept = reader.ReadSingle();
        ClassifierReport report = ClassifierReport.Read(reader);
        short[] weights = new short[1 << features.Validated().BucketBits];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(weights.AsSpan()));
        return new LinearClassifier(features, weights, unit, bias)
        {
            ScoreName = name,
            HigherIsBetter = higherIsBetter,
            Report = report,
            Slope = slope,
            Intercept = intercept,
        };
    });

    /// <summary>The same weights with another calibration and report.</summary>
    internal LinearClassifier Calibrated(float slope, float intercept, ClassifierReport report) =>
        new(Features, _weights, _unit, Bias)
        {
            ScoreName = ScoreName,
            HigherIsBetter = HigherIsBetter,
            Report = report,
            Slope = slope,
            Intercept = intercept,
        };

    internal float Probability(ReadOnlySpan<char> text) => Sigmoid((Slope * Sum(text)) + Intercept);

    internal static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    /// <summary>z of the remarks.</summary>
    internal float Sum(ReadOnlySpan<char> text)
    {
        var sum = new WeightSum(_weights);
        HashedFeatures.Visit(text, Features, ref sum);
        return Bias + (sum.Count == 0 ? 0 : sum.Total * _unit / MathF.Sqrt(sum.Count));
    }

    private static float LargestMagnitude(ReadOnlySpan<float> weights)
    {
        float largest = 0;
        foreach (float weight in weights)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        return largest;
    }

    /// <summary>Whole numbers, since a chain of float additions would take as long as all the rest.</summary>
    private ref struct WeightSum(ReadOnlySpan<short> weights) : IFeatureSink
    {
        private readonly ReadOnlySpan<short> _weights = weights;

        public long Total { get; private set; }

        public int Count { get; private set; }

        public void Add(int bucket)
        {
            Total += _weights[bucket];
            Count++;
        }

        public void Add(int first, int second, int third, int fourth)
        {
            Total += _weights[first] + _weights[second] + _weights[third] + _weights[fourth];
            Count += 4;
        }
    }
}
