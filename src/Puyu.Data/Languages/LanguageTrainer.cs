using Puyu.Data.Classifiers;

namespace Puyu.Data.Languages;

/// <summary>Trains language identifiers from text in each language.</summary>
/// <remarks>
/// Multinomial naive Bayes over sequences of one to four characters and words, with additive smoothing. Source: Lui and
/// Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012.
/// </remarks>
public static class LanguageTrainer
{
    /// <summary>Trains an identifier. A few thousand characters a language suffice.</summary>
    /// <param name="texts">By language. Their order does not matter.</param>
    /// <exception cref="ArgumentException">
    /// There are too many languages for the file format, or a text has no letters.
    /// </exception>
    public static LanguageIdentifier Train(IReadOnlyDictionary<string, string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count is 0 or > LanguageIdentifier.MaxLanguages)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"there are {texts.Count} languages but there must be from 1 to {LanguageIdentifier.MaxLanguages}"));
        }

        LanguageProfile[] profiles = [.. texts
            .OrderBy(text => text.Key, StringComparer.Ordinal).Select(text => Profile(text.Key, text.Value))];
        return new LanguageIdentifier(profiles);
    }

    /// <summary>Trains an identifier from a folder with one UTF-8 file a language, named for it.</summary>
    /// <exception cref="InvalidDataException">A file is not UTF-8.</exception>
    public static LanguageIdentifier Train(string folder) => Train(Directory.GetFiles(folder, "*.txt").ToDictionary(
        path => Path.GetFileNameWithoutExtension(path), JsonLines.ReadText, StringComparer.Ordinal));

    private static LanguageProfile Profile(string language, string text)
    {
        Script script = Scripts.Dominant(text, out _);
        if (script == Script.None)
        {
            throw new ArgumentException($"the text for {language} has no letters of a known script but needs some");
        }

        var counts = new Counts(new int[LanguageIdentifier.Buckets]);
        HashedFeatures.Visit(text, LanguageIdentifier.Features, ref counts);
        double total = counts.OfBucket.Sum() + (LanguageIdentifier.Smoothing * LanguageIdentifier.Buckets);
        byte[] gains = new byte[LanguageIdentifier.Buckets];
        for (int bucket = 0; bucket < gains.Length; bucket++)
        {
            double gain = Math.Log(1 + (counts.OfBucket[bucket] / LanguageIdentifier.Smoothing));
            gains[bucket] = (byte)Math.Min(255, Math.Round(gain / LanguageIdentifier.GainStep));
        }

        return new LanguageProfile(
            language, script, (float)Math.Log(LanguageIdentifier.Smoothing / total), gains);
    }

    private readonly struct Counts(int[] ofBucket) : IFeatureSink
    {
        public int[] OfBucket => ofBucket;

        public void Add(int bucket) => ofBucket[bucket]++;

        public void Add(int first, int second, int third, int fourth)
        {
            ofBucket[first]++;
            ofBucket[second]++;
            ofBucket[third]++;
            ofBucket[fourth]++;
        }
    }
}
