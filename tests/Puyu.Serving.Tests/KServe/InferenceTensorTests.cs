using Puyu.Serving.KServe;

namespace Puyu.Serving.Tests.KServe;

public class InferenceTensorTests
{
    [Fact]
    public void Strings_OfStrings_AreTheSame()
    {
        InferenceTensor tensor = InferenceTensor.OfStrings("text", "", "浦语", "a");

        Assert.Equal(["", "浦语", "a"], tensor.Validated().Strings());
        Assert.Equal([3], tensor.Shape);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 65 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 65 })]
    public void Strings_CutOff_Throws(byte[] data)
    {
        var tensor = new InferenceTensor("text", TensorDatatype.Bytes, [1], data);

        ApiException error = Assert.Throws<ApiException>(() => tensor.Strings());

        Assert.Equal("text", error.Parameter);
        Assert.Contains("element 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_ShapeOfAnotherCount_Throws()
    {
        var tensor = new InferenceTensor("ids", TensorDatatype.Int32, [3], new byte[8]);

        ApiException error = Assert.Throws<ApiException>(tensor.Validated);

        Assert.Contains("3 elements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_TooLarge_Throws()
    {
        var tensor = new InferenceTensor("ids", TensorDatatype.UInt32, [1], new byte[] { 0, 0, 0, 0x80 });

        Assert.Throws<ApiException>(() => tensor.Integers());
    }

    [Fact]
    public void Read_RawBytesBehindTheJson_AreTheTensor()
    {
        byte[] json = """
            {"id":"7","parameters":{"max_tokens":3},"inputs":[
              {"name":"input_ids","shape":[2],"datatype":"INT32","parameters":{"binary_data_size":8}},
              {"name":"stream","shape":[1],"datatype":"BOOL","data":[false]}]}
            """u8.ToArray();
        byte[] body = [.. json, 1, 0, 0, 0, 2, 1, 0, 0];

        InferenceCallData call = InferBody.Read("puyu", body, $"{json.Length}");

        Assert.Equal("7", call.Id);
        Assert.Equal([1, 258], call.Input("input_ids")!.Integers());
        Assert.False(KServeModel.Streams(call));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"inputs":3}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT7","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":["1"],"datatype":"INT32","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":["1"]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1]}]}""")]
    public void Read_Malformed_Throws(string body)
    {
        Assert.Throws<ApiException>(
            () => InferBody.Read("puyu", System.Text.Encoding.UTF8.GetBytes(body), jsonLength: null));
    }
}
