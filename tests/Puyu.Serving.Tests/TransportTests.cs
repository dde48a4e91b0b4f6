using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests;

public class TransportTests
{
    [Theory]
    [InlineData("pfx")]
    [InlineData("pem")]
    [InlineData("encrypted pem")]
    public async Task Tls_TakesEachKindOfCertificate_AndSpeaksHttp2(string kind)
    {
        using var folder = new TemporaryFolder();
        TlsOptions tls = WriteCertificate(folder, kind);
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { Tls = tls });
        using var handler = new HttpClientHandler();
        handler.ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=puyu";
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };

        using HttpResponseMessage response = await client.GetAsync(new Uri(server.Address, "/v1/models"));

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersion.Version20, response.Version);
    }

    [Fact]
    public async Task Http2_StreamsManyRequestsOverOneConnection()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { Http2Port = 0 });
        using var client = new HttpClient
        {
            BaseAddress = server.Server.Addresses[1],
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            using var content = new StringContent(
                """{"messages":"hi","stream":true}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.PostAsync("/v1/chat/completions", content);
            return await response.Content.ReadAsStringAsync();
        }));

        Assert.All(answers, answer => Assert.EndsWith("data: [DONE]\n\n", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Streams_AreNotMixedUp()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Engine.Script = (request, _) => ScriptedEngine.Say(
            request, [.. Enumerable.Repeat($"{request.Sampling.MaxTokens}.", 50)]);

        string[] answers = await Task.WhenAll(Enumerable.Range(1, 64).Select(async number =>
            string.Concat((await server.StreamAsync(
                    "/v1/chat/completions", $$"""{"messages":"hi","stream":true,"max_tokens":{{number}}}"""))
                .SkipLast(1).Select(item => (string?)JsonNode.Parse(item.Data)!["choices"]![0]!["delta"]!["content"]))));

        Assert.Equal(
            Enumerable.Range(1, 64).Select(number => string.Concat(Enumerable.Repeat($"{number}.", 50))), answers);
    }

    [Fact]
    public async Task Silence_IsFilledWithComments()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            options: new ServerOptions { KeepAlive = TimeSpan.FromMilliseconds(20) });
        server.Engine.Script = (request, _) => After(go.Task, request);
        using var content = new StringContent(
            """{"messages":"hi","stream":true}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };

        using HttpResponseMessage response = await server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? first = await reader.ReadLineAsync();
        go.SetResult();
        string rest = await reader.ReadToEndAsync();

        Assert.Equal(": ping", first);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<CompletionUpdate> After(Task go, CompletionRequest request)
    {
        await go;
        yield return ScriptedEngine.Update(request, 0, "ok") with { FinishReason = FinishReason.Stop };
    }

    private static TlsOptions WriteCertificate(TemporaryFolder folder, string kind)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=puyu", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string path = folder.File("certificate");
        if (kind == "pfx")
        {
            File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "secret"));
            return new TlsOptions(path, Password: "secret");
        }

        string keyPath = folder.File("key.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        if (kind == "pem")
        {
            File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
            return new TlsOptions(path, keyPath);
        }

        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(keyPath, key.ExportEncryptedPkcs8PrivateKeyPem("secret", encryption));
        return new TlsOptions(path, keyPath, "secret");
    }
}
