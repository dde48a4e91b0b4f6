using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Puyu.Abstractions.Engine;
using Puyu.Serving.KServe.Messages;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.KServe;

public class KServeTests
{
    [Fact]
    public async Task Metadata_OverHttp_NamesServerModelAndTensors()
    {
        await using TestServer server = await TestServer.StartAsync();

        JsonNode metadata = JsonNode.Parse(await server.Client.GetStringAsync("/v2/models/scripted"))!;

        Assert.Equal("scripted", (string?)metadata["name"]);
        Assert.Contains(metadata["inputs"]!.AsArray(), input => (string?)input!["name"] == "text_input");
        Assert.Equal("puyu", (string?)JsonNode.Parse(await server.Client.GetStringAsync("/v2"))!["name"]);
        Assert.Equal(
            HttpStatusCode.NotFound, (await server.Client.GetAsync("/v2/models/another")).StatusCode);
    }

    [Fact]
    public async Task Ready_WhileAsleep_Is503()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v2/health/ready")).StatusCode);

        server.Engine.IsSleeping = true;

        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, (await server.Client.GetAsync("/v2/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v2/health/live")).StatusCode);
    }

    [Fact]
    public async Task Infer_OverHttp_CompletesWithTheOptions()
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync("/v2/models/scripted/infer", """
            {"id":"42","parameters":{"temperature":0.25,"max_tokens":9},"inputs":[
              {"name":"text_input","shape":[1],"datatype":"BYTES","data":["Hi"]},
              {"name":"sampling_parameters","shape":[1],"datatype":"BYTES","data":["{\"top_k\":\"3\",\"stop\":[\"x\"]}"]}]}
            """);

        Assert.Equal(200, status);
        Assert.Equal("42", (string?)body["id"]);
        Assert.Equal("Hello, world.", (string?)body["outputs"]![0]!["data"]![0]);
        CompletionRequest request = Assert.Single(server.Engine.Requests);
        Assert.Equal(new Prompt.OfText("Hi"), request.Prompt);
        Assert.Equal((0.25f, 9, 3), (request.Sampling.Temperature, request.Sampling.MaxTokens, request.Sampling.TopK));
        Assert.Equal(["x"], request.Sampling.StopStrings);
    }

    [Fact]
    public async Task GenerateStream_SendsAnEventForEachUpdate()
    {
        await using TestServer server = await TestServer.StartAsync();

        IReadOnlyList<SseItem<string>> events = await server.StreamAsync(
            "/v2/models/scripted/generate_stream", """{"text_input":"Hi","max_tokens":5}""");

        string[] texts = [.. events.Select(item => (string)JsonNode.Parse(item.Data)!["text_output"]!)];
        Assert.Equal(["Hello", ", ", "world", "."], texts);
    }

    [Theory]
    [InlineData("infer", """{"inputs":[]}""")]
    [InlineData("infer", """{"inputs":[{"name":"tokens","shape":[1],"datatype":"INT32","data":[1]}]}""")]
    [InlineData("generate", """{"text_input":3}""")]
    [InlineData("generate", """{"text_input":"a","temperature":"warm"}""")]
    [InlineData("generate", """{"text_input":"a","warmth":1}""")]
    [InlineData("generate", """{"text_input":"a","top_p":2}""")]
    public async Task Post_Wrong_Is400AndTheServerGoesOn(string method, string json)
    {
        await using TestServer server = await TestServer.StartAsync();

        (int status, JsonNode body) = await server.AskAsync($"/v2/models/scripted/{method}", json);

        Assert.Equal(400, status);
        Assert.NotNull((string?)body["error"]!["message"]);
        (status, body) = await server.AskAsync("/v2/models/scripted/generate", """{"text_input":"Hi"}""");
        Assert.Equal("Hello, world.", (string?)body["text_output"]);
    }

    [Fact]
    public async Task Grpc_HealthAndMetadata_Answer()
    {
        await using TestServer server = await StartAsync();

        Assert.True((await CallAsync(server, "ServerLive", new ServerLiveRequest(), ServerLiveResponse.Parser)).Live);
        Assert.True(
            (await CallAsync(server, "ServerReady", new ServerReadyRequest(), ServerReadyResponse.Parser)).Ready);
        var asked = new ModelReadyRequest { Name = "scripted" };
        Assert.True((await CallAsync(server, "ModelReady", asked, ModelReadyResponse.Parser)).Ready);
        ModelMetadataResponse metadata = await CallAsync(
            server, "ModelMetadata", new ModelMetadataRequest { Name = "scripted" }, ModelMetadataResponse.Parser);
        Assert.Contains(metadata.Outputs, output => output is { Name: "text_output", Datatype: "BYTES" });
        Assert.Equal("5", (await StatusAsync(server, "ModelReady", new ModelReadyRequest { Name = "other" })).Status);
        Assert.Equal("12", (await StatusAsync(server, "ModelConfig", new ModelReadyRequest())).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Grpc_Infer_CompletesRawAndTypedContents(bool raw)
    {
        await using TestServer server = await StartAsync();

        ModelInferResponse answer = await CallAsync(server, "ModelInfer", Request(raw), ModelInferResponse.Parser);

        Assert.Equal("17", answer.Id);
        int text = answer.Outputs.Select(output => output.Name).ToList().IndexOf("text_output");
        Assert.Equal("Hello, world.", answer.RawOutputContents[text].ToStringUtf8()[4..]);
        CompletionRequest request = Assert.Single(server.Engine.Requests);
        Assert.Equal((new Prompt.OfText("Hi"), 6), (request.Prompt, request.Sampling.MaxTokens));
    }

    [Fact]
    public async Task Grpc_Stream_AnswersEveryUpdateAndSurvivesABadRequest()
    {
        await using TestServer server = await StartAsync();
        ModelInferRequest streamed = Request(raw: true);
        streamed.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
        {
            Name = "stream",
            Datatype = "BOOL",
            Shape = { 1 },
        });
        streamed.RawInputContents.Add(ByteString.CopyFrom(1));
        streamed.Parameters["triton_enable_empty_final_response"] = new InferParameter { BoolParam = true };

        (byte[] body, string status, _) = await SendAsync(
            server, "ModelStreamInfer", [new ModelInferRequest { ModelName = "nobody" }, streamed]);

        Assert.Equal("0", status);
        ModelStreamInferResponse[] answers = [.. Messages(body, ModelStreamInferResponse.Parser)];
        Assert.Contains("nobody", answers[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(
            ["Hello", ", ", "world", "."],
            answers[1..^1].Select(answer => answer.InferResponse.RawOutputContents[0].ToStringUtf8()[4..]));
        Assert.True(answers[^1].InferResponse.Parameters["triton_final_response"].BoolParam);
    }

    [Fact]
    public async Task Grpc_Malformed_IsInvalidArgument()
    {
        await using TestServer server = await StartAsync();

        (_, string status, string message) = await PostAsync(server, "ModelInfer", [0, 0, 0, 0, 3, 255, 255, 255]);
        Assert.Equal("3", status);
        Assert.NotEmpty(message);
        Assert.Equal("3", (await PostAsync(server, "ModelInfer", [0, 0, 0, 0, 9, 1])).Status);
        Assert.Equal("3", (await PostAsync(server, "ModelInfer", [1, 0, 0, 0, 1, 1])).Status);
        Assert.Equal("8", (await PostAsync(server, "ModelInfer", [0, 127, 0, 0, 1, 1])).Status);
        ModelInferRequest mixed = Request(raw: false);
        mixed.RawInputContents.Add(ByteString.Empty);
        mixed.RawInputContents.Add(ByteString.Empty);
        Assert.Equal("3", (await StatusAsync(server, "ModelInfer", mixed)).Status);
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(options: new ServerOptions { Http2Port = 0 });

    private static ModelInferRequest Request(bool raw)
    {
        var request = new ModelInferRequest
        {
            ModelName = "scripted",
            Id = "17",
            Parameters = { ["max_tokens"] = new InferParameter { Int64Param = 6 } },
        };
        var input = new ModelInferRequest.Types.InferInputTensor
        {
            Name = "text_input",
            Datatype = "BYTES",
            Shape = { 1 },
        };
        request.Inputs.Add(input);
        if (raw)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(2, 0, 0, 0, (byte)'H', (byte)'i'));
        }
        else
        {
            input.Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("Hi") } };
        }

        return request;
    }

    private static async Task<TAnswer> CallAsync<TAnswer>(
        TestServer server, string method, IMessage request, MessageParser<TAnswer> parser)
        where TAnswer : IMessage<TAnswer>
    {
        (byte[] body, string status, string message) = await SendAsync(server, method, [request]);
        Assert.True(status == "0", message);
        return Assert.Single(Messages(body, parser));
    }

    private static async Task<(string Status, string Message)> StatusAsync(
        TestServer server, string method, IMessage request)
    {
        (_, string status, string message) = await SendAsync(server, method, [request]);
        return (status, message);
    }

    private static Task<(byte[] Body, string Status, string Message)> SendAsync(
        TestServer server, string method, IReadOnlyList<IMessage> requests)
    {
        var body = new MemoryStream();
        foreach (IMessage request in requests)
        {
            byte[] message = request.ToByteArray();
            body.Write([0, 0, 0, (byte)(message.Length >> 8), (byte)message.Length]);
            body.Write(message);
        }

        return PostAsync(server, method, body.ToArray());
    }

    private static async Task<(byte[] Body, string Status, string Message)> PostAsync(
        TestServer server, string method, byte[] body)
    {
        var url = new Uri(server.Server.Addresses[1], $"/inference.GRPCInferenceService/{method}");
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        string[] Trailer(string name) => response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values)
            || response.Headers.TryGetValues(name, out values) ? [.. values] : [];
        return (answer, Assert.Single(Trailer("grpc-status")), string.Concat(Trailer("grpc-message")));
    }

    private static IEnumerable<TMessage> Messages<TMessage>(byte[] body, MessageParser<TMessage> parser)
        where TMessage : IMessage<TMessage>
    {
        for (int at = 0; at < body.Length;)
        {
            int length = (body[at + 3] << 8) | body[at + 4];
            yield return parser.ParseFrom(body, at + 5, length);
            at += 5 + length;
        }
    }
}
