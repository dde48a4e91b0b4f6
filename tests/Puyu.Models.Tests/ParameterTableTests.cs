using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests;

public class ParameterTableTests
{
    [Theory]
    [InlineData(24, 2048, 8192, 16, 8, 92544, 1_889_110_016)]
    [InlineData(32, 4096, 14336, 32, 8, 92544, 7_737_708_544)]
    [InlineData(48, 6144, 16384, 48, 8, 92544, 19_861_149_696)]
    public void Of_CountsTheParametersOfPublishedModels(
        int layers, int hiddenSize, int intermediateSize, int heads, int kvHeads, int vocabSize, long expected)
    {
        ParameterTable table = ParameterTable.Of(SmallModels.Config(ModelArchitecture.InternLm2) with
        {
            Layers = layers,
            HiddenSize = hiddenSize,
            IntermediateSize = intermediateSize,
            Heads = heads,
            KvHeads = kvHeads,
            VocabSize = vocabSize,
        });

        Assert.Equal(expected, table.Elements);
        Assert.Equal(expected, table.FlatElements);
    }

    [Fact]
    public void Of_CountsTheParametersOfInternLm7B_BiasesIncluded()
    {
        ParameterTable table = ParameterTable.Of(SmallModels.Config(ModelArchitecture.InternLm) with
        {
            Layers = 32,
            HiddenSize = 4096,
            IntermediateSize = 11008,
            Heads = 32,
            KvHeads = 32,
            VocabSize = 103168,
        });

        Assert.Equal(7_321_948_160, table.Elements);
        Assert.Equal(524_288, table.Where(row => row.Group == ParameterGroup.Bias).Sum(row => row.Count));
    }

    [Fact]
    public void Of_LaysParametersOutWithoutOverlap_InTheirOrder()
    {
        ParameterTable table = ParameterTable.Of(SmallModels.Config(ModelArchitecture.InternLm3));

        long end = 0;
        Assert.All(table, parameter =>
        {
            Assert.InRange(parameter.Offset, end, end + ParameterTable.Alignment - 1);
            Assert.Equal(0, parameter.Offset % ParameterTable.Alignment);
            end = parameter.Offset + parameter.Count;
        });
        Assert.InRange(table.FlatElements, end, end + ParameterTable.Alignment - 1);
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2, "layers.1.attention.qkv.weight", "model.layers.1.attention.wqkv.weight")]
    [InlineData(ModelArchitecture.InternLm2, "layers.1.feed_forward.down.weight", "model.layers.1.feed_forward.w2.weight")]
    [InlineData(ModelArchitecture.InternLm2, "embedding.weight", "model.tok_embeddings.weight")]
    [InlineData(ModelArchitecture.Qwen2, "layers.0.attention.key.bias", "model.layers.0.self_attn.k_proj.bias")]
    [InlineData(ModelArchitecture.Llama, "output.weight", "lm_head.weight")]
    public void FileName_IsTheKeyOfTheArchitecture(ModelArchitecture architecture, string name, string fileName)
    {
        Assert.Equal(fileName, ParameterTable.Of(SmallModels.Config(architecture))[name].FileName);
    }

    [Fact]
    public void Indexer_NamesAParameterThatIsNotThere()
    {
        ParameterTable table = ParameterTable.Of(SmallModels.Config(ModelArchitecture.Llama));

        KeyNotFoundException exception = Assert.Throws<KeyNotFoundException>(() => table["layers.9.norm"]);

        Assert.Equal("the model has no parameter 'layers.9.norm' among its 21", exception.Message);
    }

    [Fact]
    public void Value_Throws_WhereTheTableHasNoMemory()
    {
        ParameterTable table = ParameterTable.Of(SmallModels.Config(ModelArchitecture.Llama));

        Assert.Throws<InvalidOperationException>(() => table[0].Value);
    }

    [Fact]
    public void ZeroGradients_ReadAsZeros()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.Llama), backend);
        decoder.AllocateGradients();
        Assert.All(decoder.Parameters, parameter => parameter.Gradient!.Span<float>().Fill(1));

        decoder.Parameters.ZeroGradients();

        Assert.All(decoder.Parameters, parameter => Assert.Equal(0, parameter.Gradient!.Span<float>().ToArray().Sum()));
    }
}
