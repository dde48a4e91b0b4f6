using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Models;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Export;

namespace Puyu.Inference.Tests.Engine;

/// <summary>Which template a model from files is prompted with.</summary>
public sealed class ModelTemplateTests : IDisposable
{
    private const string ChatMlJinja =
        "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "<s><|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(ChatMlJinja, "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n")]
    public async Task AGgufFile_IsPromptedByItsOwnTemplate(string? jinja, string expected)
    {
        var told = new List<string>();
        await using InferenceEngine engine = Load(WriteGguf(jinja), told);

        Assert.Equal(expected, PromptOf(engine));
        Assert.Empty(told);
    }

    [Fact]
    public async Task AFolder_IsPromptedByItsOwnTemplate()
    {
        string folder = _folder.File("model");
        RandomModel.Write(folder, ModelShapes.Of("tiny"), seed: 1);
        TokenizerJson.Save(
            PairVocabulary.Create(ModelShapes.Of("tiny").VocabSize), Path.Combine(folder, "tokenizer.json"));
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), ChatMlJinja);
        await using InferenceEngine engine = Load(folder, []);

        Assert.StartsWith("<|im_start|>user", PromptOf(engine), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownTemplate_GivesWayToTheFamilys_AndIsReported()
    {
        var told = new List<string>();
        await using InferenceEngine engine = Load(WriteGguf("{{ '<start_of_turn>' }}"), told);

        Assert.StartsWith("<s><|im_start|>user", PromptOf(engine), StringComparison.Ordinal);
        Assert.Contains("replaced by internlm2", Assert.Single(told), StringComparison.Ordinal);
    }

    private string WriteGguf(string? jinja)
    {
        string path = _folder.File("model.gguf");
        ModelConfig shape = ModelShapes.Of("tiny");
        RandomModel.WriteGguf(
            path, shape, seed: 1,
            GgufTokenizer.Describe(PairVocabulary.Create(shape.VocabSize), shape.VocabSize, jinja));
        return path;
    }

    private static InferenceEngine Load(string path, List<string> told) => InferenceEngine.Load(
        path, new EngineOptions { Threads = 1, ContextLength = 64, Report = told.Add }, TimeProvider.System);

    private static string PromptOf(InferenceEngine engine) => engine.Decode(
        engine.EncodePrompt(new Prompt.OfMessages([new PromptMessage("user", "hi")])));
}
