using System.Diagnostics;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Clients;

/// <summary>OpenAI's own library for JavaScript, unmodified, against the server.</summary>
public class NodeClientTests
{
    private const string Call = "<call>{\"name\":\"weather\",\"parameters\":{\"city\":\"上海\"}}</call>";

    [NodeTheory]
    [InlineData("create")]
    [InlineData("stream")]
    [InlineData("runTools")]
    [InlineData("parse")]
    [InlineData("responses")]
    [InlineData("completions")]
    [InlineData("embeddings")]
    [InlineData("models")]
    [InlineData("errors")]
    [InlineData("brokenStream")]
    public async Task Client_IsContent(string scenario)
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["right"] });
        server.Engine.Script = (request, _) => Answer(server.Engine, request, scenario);

        (int exitCode, string output) = await RunAsync(server.Address, scenario);

        Assert.True(exitCode == 0, output);
        Assert.Contains($"{scenario} passed", output, StringComparison.Ordinal);
    }

    private static IAsyncEnumerable<CompletionUpdate> Answer(
        ScriptedEngine engine, CompletionRequest request, string scenario) => scenario switch
        {
            "runTools" when engine.Decode(engine.EncodePrompt(request.Prompt)).Contains("tool:", StringComparison.Ordinal)
                => ScriptedEngine.Say(request, "It ", "rains."),
            "runTools" => ScriptedEngine.Say(request, Call[..30], Call[30..]),
            "parse" when request.Constraint is OutputConstraint.JsonSchema
                => ScriptedEngine.Say(request, "{\"city\":\"上海\"}"),
            "brokenStream" => FailLater(request),
            _ => ScriptedEngine.Say(request, "Hello", ", ", "world", "."),
        };

    private static async IAsyncEnumerable<CompletionUpdate> FailLater(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "Hel");
        throw new InvalidDataException("broken");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Uri address, string scenario)
    {
        string script = Path.Combine(
            Repository.Root, "tests", "Puyu.Serving.Tests", "Clients", "openai.mjs");
        using var node = Process.Start(new ProcessStartInfo(
            "node", [script, NodeTheoryAttribute.Folder, address.ToString(), scenario])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> errors = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        return (node.ExitCode, await output + await errors);
    }
}
