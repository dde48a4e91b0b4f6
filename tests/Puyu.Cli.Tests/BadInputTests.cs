using Puyu.Cli.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Cli.Tests;

public class BadInputTests
{
    [Fact]
    public void Chat_NamesATruncatedFile()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder.Root);
        string weights = folder.File("model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);

        AssertOneSentence(Tool.Run("chat", folder.Root, "--prompt", "x"), "model.safetensors");
    }

    [Fact]
    public void Chat_NamesAMissingTokenizer()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder.Root);
        File.Delete(folder.File("tokenizer.json"));

        AssertOneSentence(Tool.Run("chat", folder.Root, "--prompt", "x"), "tokenizer");
    }

    [Fact]
    public void Chat_ListsTheArchitecturesItKnows()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder.Root);
        string config = File.ReadAllText(folder.File("config.json"));
        File.WriteAllText(
            folder.File("config.json"),
            config.Replace("InternLM2ForCausalLM", "GPT5ForCausalLM", StringComparison.Ordinal)
                .Replace("\"internlm2\"", "\"gpt5\"", StringComparison.Ordinal));

        AssertOneSentence(Tool.Run("chat", folder.Root, "--prompt", "x"), "GPT5ForCausalLM");
    }

    [Fact]
    public void Encode_NamesTheByteThatIsNotUtf8()
    {
        using var folder = new TemporaryFolder();
        SaveModel(folder.Root);
        File.WriteAllBytes(folder.File("text"), [(byte)'a', (byte)'b', 0xC3, (byte)'c']);

        AssertOneSentence(Tool.Run("tokenizer", "encode", folder.Root, folder.File("text")), "2");
    }

    [Fact]
    public void Train_SaysWhatIsWrongWithARecipe()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.json"), """{ "outputt": "x" }""");

        AssertOneSentence(Tool.Run("train", folder.File("recipe.json")), "outputt");
    }

    [Fact]
    public void Lineage_SaysThatThereIsNone()
    {
        using var folder = new TemporaryFolder();

        AssertOneSentence(Tool.Run("lineage", folder.Root), "has no lineage");
    }

    [Theory]
    [InlineData("quickstart", "--steps", "2")]
    [InlineData("chat", "model", "--temperature", "-1")]
    public void Options_OutOfRangeAreErrors(params string[] line) => AssertOneSentence(Tool.Run(line), "must");

    [Fact]
    public void UnknownOptions_EndWithStatus2()
    {
        Tool.Result result = Tool.Run("quickstart", "--stepz", "3");

        Assert.Equal(2, result.Status);
        Assert.Contains("--stepz", result.Errors, StringComparison.Ordinal);
    }

    private static void AssertOneSentence(Tool.Result result, string names)
    {
        Assert.Equal(1, result.Status);
        Assert.StartsWith("puyu: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(names, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private static void SaveModel(string folder)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = Decoder.Create(
            new ModelConfig
            {
                Architecture = ModelArchitecture.InternLm2,
                HiddenSize = 16,
                IntermediateSize = 32,
                Layers = 1,
                Heads = 2,
                KvHeads = 1,
                VocabSize = 260,
                MaxPositions = 64,
            },
            backend);
        model.Initialize(seed: 1);
        ModelFolder.Save(model, folder, DType.F32);
        Tokenizers.Bytes.ByteLevelBpeTokenizer tokenizer = Tokenizers.Training.BpeTrainer.Train(
            [new ReadOnlyMemory<byte>("some text, some text"u8.ToArray())],
            new Tokenizers.Training.BpeTrainingOptions { VocabSize = 258, SpecialTokens = ["<s>"], BosToken = "<s>" });
        Tokenizers.Export.TokenizerJson.Save(tokenizer, Path.Combine(folder, "tokenizer.json"));
    }
}
