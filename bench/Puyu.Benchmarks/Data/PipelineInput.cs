using System.Globalization;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Classifiers;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>
/// Documents of any amount from some megabytes of real text: paragraphs drawn anew for each document, of which a known
/// share repeats another nearly or has lines of advertising or of hatred. The same for the same seed and text.
/// </summary>
/// <remarks>
/// Paragraphs are members of the documentation of the reference packs and, of the test data, books and Wikipedia;
/// lines in between are of the collections of spam and hatred there. A document has 3 to 40 paragraphs of one kind of
/// text, short ones more often than long ones.
/// </remarks>
internal sealed class PipelineInput
{
    public const int NearDuplicatePercent = 15;
    public const int SpamPercent = 4;
    public const int ToxicPercent = 2;

    private const ulong Seed = 4;
    private const int DocumentationCharacters = 16_000_000;
    private const int FewestParagraphs = 3;
    private const int MostParagraphs = 40;
    private const int Remembered = 300;

    private static readonly string[] _books =
        ["war_and_peace_utf8.txt", "wikitext2_valid.txt", "wikitext2_test.txt", "tinyshakespeare.txt"];

    private static readonly string[] _chinese = ["红楼梦.txt", "三国演义.txt"];

    private readonly string[][] _kinds;
    private readonly string[] _spam;
    private readonly string[] _toxic;

    /// <summary>Reads the text.</summary>
    public PipelineInput()
    {
        int characters = 0;
        _kinds =
        [
            [.. PackDocumentation.Members().Select(Flat).Where(text => text.Length >= 80).Distinct()
                .TakeWhile(text => (characters += text.Length) < DocumentationCharacters)],
            [.. _books.SelectMany(name => Paragraphs(name, "\n\n", 120))],
            [.. _chinese.SelectMany(name => Paragraphs(name, "\n", 40))],
        ];
        _kinds = [.. _kinds.Where(kind => kind.Length > 0)];
        Advertising = Labeled("sms_spam.tsv", new LabeledFileOptions { Text = "2", Label = "1", Positive = ["spam"] });
        Toxic = Labeled(
            "davidson_labeled.csv", new LabeledFileOptions { Text = "tweet", Label = "class", Positive = ["0", "1"] });
        _spam = [.. Advertising.Where(text => text.IsPositive).Select(text => text.Text)];
        _toxic = [.. Toxic.Where(text => text.IsPositive).Select(text => text.Text)];
    }

    /// <summary>Messages, advertising or not, and paragraphs.</summary>
    public IReadOnlyList<LabeledText> Advertising { get; }

    /// <summary>Messages, offensive or not, and paragraphs.</summary>
    public IReadOnlyList<LabeledText> Toxic { get; }

    /// <summary>Paragraphs as they are, to learn fluency from.</summary>
    public IEnumerable<string> Fluent => _kinds.SelectMany(kind => kind.Take(4000));

    /// <summary>What the documents are drawn from.</summary>
    public string Describe()
    {
        double characters = _kinds.Sum(kind => kind.Sum(text => (long)text.Length)) / 1e6;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_kinds.Sum(kind => kind.Length)} paragraphs of {characters:F0} million characters, "
            + $"{_spam.Length} lines of advertising, {_toxic.Length} of hatred");
    }

    /// <summary>Writes documents as JSON Lines.</summary>
    /// <returns>How many.</returns>
    public int Write(string path, long bytes)
    {
        var random = new CounterRandom(Seed);
        var remembered = new (int Kind, int[] Paragraphs)[Remembered];
        using FileStream file = File.Create(path, 1 << 20);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
        int count = 0;
        for (; file.Position < bytes; count++)
        {
            bool repeats = count >= Remembered && random.NextInt32(100) < NearDuplicatePercent;
            (int kind, int[] paragraphs) = repeats
                ? Changed(remembered[random.NextInt32(Remembered)], ref random)
                : Drawn(ref random);
            remembered[count % Remembered] = (kind, paragraphs);
            json.WriteStartObject();
            json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"page-{count}"));
            json.WriteString("text", Text(kind, paragraphs, ref random));
            json.WriteString("date", string.Create(CultureInfo.InvariantCulture, $"20{random.NextInt32(24):D2}-06-01"));
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            file.WriteByte((byte)'\n');
        }

        return count;
    }

    private (int Kind, int[] Paragraphs) Drawn(ref CounterRandom random)
    {
        int kind = random.NextInt32(10) switch
        {
            < 5 => 0,
            < 8 => 1 % _kinds.Length,
            _ => 2 % _kinds.Length,
        };
        double length = FewestParagraphs * Math.Pow(MostParagraphs / (double)FewestParagraphs, random.NextDouble());
        int[] paragraphs = new int[(int)length];
        foreach (ref int paragraph in paragraphs.AsSpan())
        {
            paragraph = random.NextInt32(_kinds[kind].Length);
        }

        return (kind, paragraphs);
    }

    /// <summary>The same with one paragraph of another place.</summary>
    private (int Kind, int[] Paragraphs) Changed((int Kind, int[] Paragraphs) old, ref CounterRandom random)
    {
        int[] paragraphs = [.. old.Paragraphs];
        paragraphs[random.NextInt32(paragraphs.Length)] = random.NextInt32(_kinds[old.Kind].Length);
        return (old.Kind, paragraphs);
    }

    private string Text(int kind, int[] paragraphs, ref CounterRandom random)
    {
        int draw = random.NextInt32(100);
        string[] lines = draw < SpamPercent ? _spam : draw < SpamPercent + ToxicPercent ? _toxic : [];
        var text = new List<string>(2 * paragraphs.Length);
        foreach (int paragraph in paragraphs)
        {
            text.Add(_kinds[kind][paragraph]);
            if (lines.Length > 0)
            {
                text.Add(lines[random.NextInt32(lines.Length)]);
            }
        }

        return string.Join('\n', text);
    }

    private static IEnumerable<string> Paragraphs(string file, string separator, int shortest)
    {
        string path = TestData.File("corpora", file);
        return File.Exists(path)
            ? File.ReadAllText(path).ReplaceLineEndings("\n").Split(separator).Select(Flat)
                .Where(text => text.Length >= shortest).Distinct()
            : [];
    }

    private static string Flat(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private IReadOnlyList<LabeledText> Labeled(string file, LabeledFileOptions options)
    {
        string path = TestData.File("safety", file);
        return File.Exists(path)
            ? [.. LabeledFile.Read(path, options), .. Fluent.Select(text => new LabeledText(text, IsPositive: false))]
            : [];
    }
}
