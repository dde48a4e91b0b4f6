using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests.HuggingFace;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void Load_ReadsWhatSaveWrote(ModelArchitecture architecture)
    {
        ModelConfig config = SmallModels.Config(architecture);

        config.Save(_folder.Root, DType.BF16);

        ModelConfig loaded = ModelConfig.Load(_folder.Root);
        Assert.Equal(config.EosTokenIds, loaded.EosTokenIds);
        Assert.Equal(config with { EosTokenIds = [], HeadDim = 6 }, loaded with { EosTokenIds = [], HeadDim = 6 });
        Assert.Equal(config.HeadDim, loaded.HeadDim);
    }

    public static TheoryData<string, RopeScaling> Scalings => new()
    {
        { "linear", new LinearRopeScaling { Factor = 2 } },
        { "dynamic", new DynamicNtkRopeScaling { Factor = 2.5, MaxPositions = 64 } },
        { "yarn", new YarnRopeScaling { Factor = 4, OriginalMaxPositions = 16, AttentionFactor = 1.5 } },
        { "llama3", new Llama3RopeScaling { Factor = 8, OriginalMaxPositions = 16, HighFrequencyFactor = 5 } },
    };

    [Theory]
    [MemberData(nameof(Scalings))]
    public void Load_ReadsEveryKindOfRopeScaling(string type, RopeScaling scaling)
    {
        ModelConfig config = SmallModels.Config(ModelArchitecture.Llama) with
        {
            Rope = new() { Theta = 5e7, Scaling = scaling },
        };

        config.Save(_folder.Root, DType.F32);

        Assert.Equal(config.Rope, ModelConfig.Load(_folder.Root).Rope);
        Assert.Equal(type, (string?)ConfigJson()["rope_scaling"]!["rope_type"]);
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2, "{\"type\":\"dynamic\",\"factor\":2}", null)]
    [InlineData(ModelArchitecture.InternLm, null, "{\"type\":\"dynamic\",\"factor\":2,\"base\":10000}")]
    public void Save_WritesTheMembersThatTheOriginalCodeInsistsOn(
        ModelArchitecture architecture, string? scaling, string? rotary)
    {
        ModelConfig config = SmallModels.Config(architecture) with
        {
            Rope = new() { Scaling = new DynamicNtkRopeScaling { Factor = 2, MaxPositions = 64 } },
        };

        config.Save(_folder.Root, DType.F32);

        Assert.Equal(scaling, ConfigJson()["rope_scaling"]?.ToJsonString());
        Assert.Equal(rotary, ConfigJson()["rotary"]?.ToJsonString());
        Assert.Equal(config.Rope, ModelConfig.Load(_folder.Root).Rope);
    }

    [Fact]
    public void Load_ReadsRopeParameters_OfLaterFiles()
    {
        Write("""{"rope_parameters":{"rope_type":"linear","factor":3,"rope_theta":500000}}""");

        Assert.Equal(
            new RopeOptions { Theta = 500_000, Scaling = new LinearRopeScaling { Factor = 3 } },
            ModelConfig.Load(_folder.Root).Rope);
    }

    [Fact]
    public void Load_AddsTheStopTokensOfGeneration()
    {
        Write("""{"eos_token_id":2}""");
        File.WriteAllText(_folder.File("generation_config.json"), """{"eos_token_id":[2,42],"bos_token_id":9}""");

        ModelConfig config = ModelConfig.Load(_folder.Root);

        Assert.Equal([2, 42], config.EosTokenIds);
        Assert.Equal(1, config.BosTokenId);
    }

    [Theory]
    [InlineData("""{"architectures":["GPT2LMHeadModel"]}""", "the architecture is GPT2LMHeadModel but must be one of InternLM2ForCausalLM, ")]
    [InlineData("""{"architectures":null,"model_type":"bert"}""", "the architecture is bert but")]
    [InlineData("""{"hidden_act":"gelu"}""", "hidden_act is gelu but only silu is supported")]
    [InlineData("""{"hidden_size":null}""", "hidden_size is missing")]
    [InlineData("""{"hidden_size":"big"}""", "hidden_size is \"big\" but must be an integer")]
    [InlineData("""{"eos_token_id":[1,"x"]}""", "eos_token_id is \"x\" but must be an integer or an array of integers")]
    [InlineData("""{"rope_scaling":{"type":"longrope","factor":2}}""", "rope_scaling has type 'longrope' but must be")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor is 0.5 but only 1 is supported")]
    [InlineData("""{"use_sliding_window":true,"sliding_window":32}""", "sliding_window is 32 but must be null or at least")]
    [InlineData("""{"hidden_act":"gelu","vocab_size":null}""", "vocab_size is missing; hidden_act is gelu")]
    public void Load_NamesWhatIsNotSupported(string members, string problem)
    {
        Write(members);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => ModelConfig.Load(_folder.Root));

        Assert.StartsWith(_folder.File("config.json"), exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public void Load_NamesAFileThatIsNoObject(string text)
    {
        File.WriteAllText(_folder.File("config.json"), text);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => ModelConfig.Load(_folder.Root));

        Assert.StartsWith($"{_folder.File("config.json")}: is ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_ListsEverythingWrong()
    {
        ModelConfig config = SmallModels.Config(ModelArchitecture.Mistral) with
        {
            KvHeads = 3,
            VocabSize = 5,
            HeadDim = 7,
            FeedForwardBias = true,
        };

        OptionsException exception = Assert.Throws<OptionsException>(config.Validated);

        Assert.Equal(
            """
            ModelConfig has 4 problems:
              - KvHeads is 3 but must be positive and divide Heads, which is 4
              - HeadDim is 7 but must be positive and even: RoPE rotates pairs
              - (QkvBias, AttentionOutputBias, FeedForwardBias) is (False, False, True) but Mistral has no such model: InternLm and InternLm2 have biases on all of attention or nowhere, Llama also on all of the feed-forward, InternLm3 on qkv or on all else, Qwen2 on qkv, Mistral nowhere
              - EosTokenIds is 7 but must be below VocabSize, which is 5
            """,
            exception.Message);
    }

    private JsonNode ConfigJson() => JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;

    /// <summary>Writes a sound Llama configuration with some members replaced.</summary>
    private void Write(string members)
    {
        SmallModels.Config(ModelArchitecture.Llama).Save(_folder.Root, DType.F32);
        JsonNode json = ConfigJson();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(members)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        File.WriteAllText(_folder.File("config.json"), json.ToJsonString());
    }
}
