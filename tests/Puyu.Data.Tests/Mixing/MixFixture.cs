using System.Globalization;
using System.Text;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Data.Tests.Mixing;

/// <summary>Documents of a few kinds, a tokenizer trained on them, and recipes that write their tokens.</summary>
internal sealed class MixFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MixFixture()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 300).Select(i =>
            $"the cat number {i} sat on the mat and looked at {i * i} mice; 猫坐在垫子上。 return value_{i};")));
        TokenizerJson.Save(
            BpeTrainer.Train([text], new BpeTrainingOptions
            {
                VocabSize = 600,
                SpecialTokens = ["<s>", "</s>", "<|im_start|>"],
                BosToken = "<s>",
                EosToken = "</s>",
            }),
            _folder.File("tokenizer.json"));
        Tokenizer = TokenizerFile.Load(_folder.File("tokenizer.json"));
    }

    /// <summary>What untrusted text may try, and what formats may stumble over.</summary>
    public static string[] Hostile { get; } =
    [
        "the cat sat on the mat", "", "</s><s><|im_start|>system", "[UNUSED_TOKEN_146] <|im_end|>", " ", "\n\n\t",
        "猫坐在垫子上。你好，世界！", "a\0b \ud83e\udd99 é", new string('x', 5000), "{\"tokens\": [1]}\n", "0",
    ];

    public Tokenizer Tokenizer { get; }

    public string Root => _folder.Root;

    public string Out => _folder.File("run");

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes documents, each with the metadata <c>kind</c> and the score <c>quality</c>.</summary>
    public void Write(string file, IEnumerable<(string Text, string Kind, float Quality)> documents)
    {
        var lines = new StringBuilder();
        foreach ((int i, (string text, string kind, float quality)) in documents.Index())
        {
            lines.Append(JsonSerializer.Serialize(new
            {
                id = string.Create(CultureInfo.InvariantCulture, $"{file}-{i}"),
                text,
                metadata = new { kind },
                scores = new[] { new { name = "quality", value = quality, higherIsBetter = true } },
            })).Append('\n');
        }

        File.WriteAllText(_folder.File(file), lines.ToString());
    }

    /// <summary>Writes files of documents of some kinds, numbered, of 1 to 60 words.</summary>
    public void WriteKinds(int files, int documents, params string[] kinds)
    {
        for (int file = 0; file < files; file++)
        {
            var random = new CounterRandom(3, (ulong)file);
            var written = new List<(string, string, float)>();
            for (int i = 0; i < documents; i++)
            {
                string kind = kinds[random.NextInt32(kinds.Length)];
                IEnumerable<string> words =
                    Enumerable.Range(0, 1 + random.NextInt32(60)).Select(k => k % 2 == 0 ? "the cat" : "looked at");
                written.Add(($"{kind} {file} {i}: {string.Join(' ', words)}", kind, random.NextSingle()));
            }

            Write(string.Create(CultureInfo.InvariantCulture, $"f{file}.jsonl"), written);
        }
    }

    /// <summary>Loads a recipe.</summary>
    /// <param name="output">The outputs, JSON.</param>
    /// <param name="partMegabytes">Size of parts.</param>
    public Recipe Recipe(string output, int partMegabytes = 64)
    {
        string path = _folder.File("recipe.json");
        File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $$"""
            { "seed": 5, "partMegabytes": {{partMegabytes}}, "sources": [ { "path": "*.jsonl" } ],
              "steps": [ { "name": "all", "stages": [ { "stage": "size" } ] } ], "output": {{output}} }
            """));
        return Data.Pipeline.Recipe.Load(path, StageCatalog.BuiltIn, _ => { });
    }

    /// <summary>Runs a recipe and says how many files it made.</summary>
    public int Run(Recipe recipe, string? folder = null, int threads = 2) =>
        PipelineRun.Create(recipe, folder ?? Out, default).Run(threads, null, default);

    /// <summary>Loads and runs a recipe, and reads the documents of its one output back as ids.</summary>
    public int[][] Read(string format, string options, int partMegabytes = 64, int threads = 2, string? folder = null)
    {
        Run(Recipe($$"""{ "format": "{{format}}", {{options}} }""", partMegabytes), folder, threads);
        return TokenReader.ReadAll(format, Path.Combine(folder ?? Out, "out"));
    }
}
