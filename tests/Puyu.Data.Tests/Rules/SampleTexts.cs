using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Rules;

/// <summary>Texts that rules are tried on, and how.</summary>
internal static class SampleTexts
{
    /// <summary>What a stage measures on a text, by the measure's name.</summary>
    public static Dictionary<string, float> Measure(this IStage stage, string text) => stage.Measure(text, out _);

    /// <summary>What a stage measures on a text and makes of it.</summary>
    public static Dictionary<string, float> Measure(this IStage stage, string text, out StageResult result)
    {
        var values = new float[stage.Measures.Count];
        result = stage.Apply(new Document("id", text), values);
        return stage.Measures.Select((measure, i) => (measure.Name, Value: values[i]))
            .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>The first measure that does not admit its value; null if all do.</summary>
    public static string? Reason(this IStage stage, string text)
    {
        Dictionary<string, float> values = stage.Measure(text);
        return stage.Measures.FirstOrDefault(measure => !measure.Admits(values[measure.Name]))?.Name;
    }

    /// <summary>Some pieces, drawn with repetition, in a row.</summary>
    public static string Draw(ref CounterRandom random, ReadOnlySpan<string> pieces, int count)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append(pieces[random.NextInt32(pieces.Length)]);
        }

        return text.ToString();
    }

    /// <summary>
    /// Texts of few words, so that everything repeats: with line breaks, marks and Chinese mixed in.
    /// </summary>
    public static IEnumerable<string> Random(int count)
    {
        string[] pieces =
        [
            "the", "of", "well-known", "don't", "3.14", "中国", "人民，", "a", "a", "b", "b", "...", "\u2026", "#", "- x",
            "\u2022", "\n", "\n", "\n\n", "\n\n\n", " ", "\t", "カナ", "e\u0301", "{", "!", "the of a b",
        ];
        var random = new CounterRandom(7);
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            int length = random.NextInt32(120);
            int choices = 2 + random.NextInt32(pieces.Length - 2);
            for (int k = 0; k < length; k++)
            {
                text.Append(pieces[random.NextInt32(choices)]).Append(random.NextInt32(4) == 0 ? "" : " ");
            }

            yield return text.ToString();
        }
    }

    /// <summary>Pieces of a real text of the test data, cut at blank lines.</summary>
    public static IEnumerable<string> Pieces(string file, int length)
    {
        string text = File.ReadAllText(TestData.File("corpora", file)).ReplaceLineEndings("\n");
        for (int start = 0; start < text.Length; start += length)
        {
            yield return text.Substring(start, Math.Min(length, text.Length - start));
        }
    }
}
