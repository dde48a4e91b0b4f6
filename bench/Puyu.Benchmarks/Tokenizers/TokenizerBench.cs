using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using Puyu.Testing;
using Puyu.Tokenizers;

namespace Puyu.Benchmarks.Tokenizers;

/// <summary>Encoding speed on one thread, beside copying the same bytes.</summary>
/// <remarks>
/// English is 10 MB of the documentation text of the .NET reference packs. Chinese is the two novels of the test data,
/// which the InternLM2 model comes with (PUYU_TEST_DATA, else ../shared/data). tiktoken's rank files come from
/// scripts/get-tiktoken.sh (PUYU_TIKTOKEN, else artifacts/tiktoken). What is absent is left out, and said.
/// </remarks>
public static class TokenizerBench
{
    private const int Rounds = 9;
    private const int EnglishBytes = 10_000_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        string data = TestData.Root;
        string ranks = Environment.GetEnvironmentVariable("PUYU_TIKTOKEN") ?? Path.Combine(Repository.Root, "artifacts", "tiktoken");
        byte[] english = ReadDocumentation();
        byte[] chinese = ReadAll(data, "corpora/红楼梦.txt", "corpora/三国演义.txt");
        var cases = new List<Case>();
        Add("cl100k_base", Path.Combine(ranks, "cl100k_base.tiktoken"));
        Add("o200k_base", Path.Combine(ranks, "o200k_base.tiktoken"));
        Add("gpt-2", Path.Combine(data, "tokenizers", "llama_cpp_vectors", "ggml-vocab-gpt-2.gguf"));
        Add("internlm2", Path.Combine(data, "tokenizers", "internlm2.model"));
        Measure(cases);

        output.WriteLine("| encoder | text | MB | tokens | MB/s (median) | MB/s (best) | copying, GB/s |");
        output.WriteLine("| --- | --- | --: | --: | --: | --: | --: |");
        foreach (Case item in cases)
        {
            output.WriteLine(item.Row());
        }

        void Add(string name, string path)
        {
            if (!File.Exists(path))
            {
                output.WriteLine($"{name}: left out, there is no {path}");
                return;
            }

            Tokenizer tokenizer = TokenizerFile.Load(path);
            cases.Add(new Case(name, "English", english, tokenizer));
            if (chinese.Length > 0)
            {
                cases.Add(new Case(name, "Chinese", chinese, tokenizer));
            }
        }
    }

    /// <summary>Round after round over all cases, so that a slow moment of the machine falls on all of them.</summary>
    private static void Measure(List<Case> cases)
    {
        var ids = new TokenBuffer(EnglishBytes);
        var copy = new byte[EnglishBytes];
        for (int round = -1; round < Rounds; round++)
        {
            foreach (Case item in cases)
            {
                ids.Clear();
                long start = Stopwatch.GetTimestamp();
                item.Tokenizer.Encode(item.Text, ids);
                double encoding = Stopwatch.GetElapsedTime(start).TotalSeconds;
                start = Stopwatch.GetTimestamp();
                item.Text.CopyTo(copy, 0);
                double copying = Stopwatch.GetElapsedTime(start).TotalSeconds;
                item.Tokens = ids.Count;
                if (round >= 0)
                {
                    item.Encoding.Add(encoding);
                    item.Copying.Add(copying);
                }
            }
        }
    }

    private static byte[] ReadDocumentation()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string packs = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "packs"));
        using var text = new MemoryStream(EnglishBytes);
        string[] files = Directory.Exists(packs)
            ? [.. Directory.GetFiles(packs, "*.xml", SearchOption.AllDirectories)
                .Where(path => path.Contains("ref/net", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [];
        foreach (XElement member in files.SelectMany(path => XDocument.Load(path).Descendants("member")))
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(member.Value);
            text.Write(bytes.AsSpan(0, (int)Math.Min(bytes.Length, EnglishBytes - text.Length)));
            if (text.Length == EnglishBytes)
            {
                break;
            }
        }

        return text.ToArray();
    }

    private static byte[] ReadAll(string data, params string[] files) =>
        [.. files.Select(file => Path.Combine(data, file)).Where(File.Exists).SelectMany(File.ReadAllBytes)];

    private sealed record Case(string Name, string Language, byte[] Text, Tokenizer Tokenizer)
    {
        public List<double> Encoding { get; } = [];

        public List<double> Copying { get; } = [];

        public int Tokens { get; set; }

        public string Row()
        {
            double megabytes = Text.Length / 1e6;
            double median = Encoding.Order().ElementAt(Encoding.Count / 2);
            double copying = Copying.Order().ElementAt(Copying.Count / 2);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {Name} | {Language} | {megabytes:F1} | {Tokens} | {megabytes / median:F0} "
                + $"| {megabytes / Encoding.Min():F0} | {megabytes / 1000 / copying:F1} |");
        }
    }
}
