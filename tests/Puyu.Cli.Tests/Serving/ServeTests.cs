using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Puyu.Cli.Tests.Support;

namespace Puyu.Cli.Tests.Serving;

public sealed class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_AGgufFile_CompletesAndDrainsOnTerm()
    {
        string model = MakeModel("tiny.gguf");
        await using ServerProcess server = await ServerProcess.StartAsync(model, "--port", "0");
        using var client = new HttpClient { BaseAddress = server.Address };

        Task<string> running = CompleteAsync(client, tokens: 200);
        while (await MetricAsync(client, "num_requests_running") < 1 && !running.IsCompleted)
        {
            await Task.Delay(10);
        }

        int status = await server.TerminateAsync();

        Assert.NotEmpty(await running);
        Assert.Equal(0, status);
        Assert.EndsWith("stopped", server.Output.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_TheSameRequest_IsTheSameWithWeightsFromTheCache()
    {
        string model = MakeModel("folder");
        string[] arguments = [model, "--port", "0", "--weights", "int4", "--weights-cache", _folder.File("cache")];
        string[] texts = new string[2];
        for (int i = 0; i < 2; i++)
        {
            await using ServerProcess server = await ServerProcess.StartAsync(arguments);
            using var client = new HttpClient { BaseAddress = server.Address };
            texts[i] = await CompleteAsync(client, tokens: 30);
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEmpty(Directory.GetFiles(_folder.File("cache")));
    }

    [Fact]
    public async Task ServeProxy_AKilledServer_LeavesTheOtherInCharge()
    {
        string model = MakeModel("tiny.gguf");
        await using ServerProcess proxy = await ServerProcess.StartAsync("proxy", "--port", "0", "--heartbeat-seconds", "1");
        string[] arguments = [model, "--port", "0", "--proxy-url", proxy.Address.AbsoluteUri, "--threads", "1"];
        await using ServerProcess first = await ServerProcess.StartAsync(arguments);
        await using ServerProcess second = await ServerProcess.StartAsync(arguments);
        using var client = new HttpClient { BaseAddress = proxy.Address };
        while (JsonNode.Parse(await client.GetStringAsync("/nodes/status"))!.AsObject().Count < 2)
        {
            await Task.Delay(50);
        }

        first.Kill();

        for (int i = 0; i < 6; i++)
        {
            Assert.NotEmpty(await CompleteAsync(client, tokens: 3));
        }
    }

    [Theory]
    [InlineData("absent", "is the model to open but does not exist")]
    [InlineData("cut.gguf", "cut.gguf")]
    public void Serve_ABadModel_SaysWhy(string name, string rule)
    {
        string whole = MakeModel("tiny.gguf");
        File.WriteAllBytes(_folder.File("cut.gguf"), File.ReadAllBytes(whole)[..4000]);

        Tool.Result result = Tool.Run("serve", _folder.File(name), "--port", "0");

        Assert.Equal(1, result.Status);
        Assert.Contains(rule, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"groups":[{"name":"a","share":0}],"default":"a"}""", "Share of group a is 0 but must lie in (0, 1]")]
    [InlineData("""{"groups":[{"name":"a","share":1,"size":3}],"default":"a"}""", "'size'")]
    [InlineData("""{"groups":[{"share":1}],"default":"a"}""", "'name'")]
    [InlineData("""[""", "quotas.json is not JSON")]
    public void Serve_BadQuotas_SaysWhy(string quotas, string rule)
    {
        File.WriteAllText(_folder.File("quotas.json"), quotas);

        Tool.Result result = Tool.Run("serve", "absent", "--qos", _folder.File("quotas.json"));

        Assert.Equal(1, result.Status);
        Assert.Contains(rule, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task Serve_WithQuotas_RefusesAGroupWithoutTokens()
    {
        File.WriteAllText(
            _folder.File("quotas.json"),
            """{"groups":[{"name":"a","share":0.5,"users":["x"]},{"name":"b","share":0.5,"tokensPerMinute":5}],"default":"b"}""");
        await using ServerProcess server = await ServerProcess.StartAsync(
            MakeModel("tiny.gguf"), "--port", "0", "--qos", _folder.File("quotas.json"));
        using var client = new HttpClient { BaseAddress = server.Address };

        Assert.NotEmpty(await CompleteAsync(client, tokens: 9));
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => CompleteAsync(client, tokens: 9));
        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    private static async Task<string> CompleteAsync(HttpClient client, int tokens)
    {
        string model = await FirstModelAsync(client);
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/v1/completions", new
        {
            model,
            prompt = "the cat",
            max_tokens = tokens,
            temperature = 0,
            ignore_eos = true,
        });
        answer.EnsureSuccessStatusCode();
        return TextOf(await answer.Content.ReadFromJsonAsync<JsonNode>());
    }

    private static string TextOf(JsonNode? answer) => (string)answer!["choices"]![0]!["text"]!;

    private static async Task<string> FirstModelAsync(HttpClient client) =>
        (string)JsonNode.Parse(await client.GetStringAsync("/v1/models"))!["data"]![0]!["id"]!;

    private static async Task<double> MetricAsync(HttpClient client, string name) =>
        (await client.GetStringAsync("/metrics")).Split('\n')
            .Where(line => !line.StartsWith('#') && line.Contains(name, StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault();

    private string MakeModel(string name)
    {
        Tool.Result made = Tool.Run("bench", "make-model", _folder.File(name), "--shape", "tiny", "--seed", "3");
        Assert.Equal((0, ""), (made.Status, made.Errors));
        return _folder.File(name);
    }
}
