using System.Text.Json.Nodes;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.OpenAi;

public class EmbeddingTests
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task Post_GivesAVectorForEachInput()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, """{"input":["a","bcd"]}""");

        Assert.Equal(200, status);
        Assert.Equal([0, 1], body["data"]!.AsArray().Select(item => (int)item!["index"]!));
        Assert.Equal([0.5f, -0.5f, 0.5f, 4], body["data"]![1]!["embedding"]!.AsArray().Select(x => (float)x!));
        Assert.Equal(2 + 4, (int?)body["usage"]!["prompt_tokens"]);
    }

    [Fact]
    public async Task Base64_IsLittleEndianFloats()
    {
        await using TestServer server = await TestServer.StartAsync();

        (_, JsonNode body) = await server.AskAsync(Path, """{"input":[65,66,67],"encoding_format":"base64"}""");

        byte[] bytes = Convert.FromBase64String((string)body["data"]![0]!["embedding"]!);
        Assert.Equal([0.5f, -0.5f, 0.5f, 3], Enumerable.Range(0, 4).Select(i => BitConverter.ToSingle(bytes, 4 * i)));
    }

    [Theory]
    [InlineData("""{"input":"x","encoding_format":"hex"}""", "encoding_format")]
    [InlineData("""{"input":"x","dimensions":3}""", "dimensions")]
    [InlineData("""{"input":"x","model":"pirate"}""", "model")]
    [InlineData("""{"input":""}""", null)]
    [InlineData("""{"input":{}}""", "input")]
    public async Task Post_NamesTheParameterAtFault(string request, string? parameter)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync(Path, request);

        Assert.Equal(parameter is null ? 200 : 400, status);
        Assert.Equal(parameter, (string?)body["error"]?["param"]);
    }
}
