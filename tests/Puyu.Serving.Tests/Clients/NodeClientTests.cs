using System.Diagnostics;
using Puyu.Abstractions.Engine;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests.Clients;

/// <summary>OpenAI's and Anthropic's own libraries for JavaScript, unmodified, against the server.</summary>
public class NodeClientTests
{
    private const string Call = "<call>{\"name\":\"weather\",\"parameters\":{\"city\":\"上海\"}}</call>";

    [NodeFact]
    public async Task Clients_AreContent()
    {
        await using TestServer server = await TestServer.StartAsync(options: new ServerOptions { ApiKeys = ["right"] });
        server.Engine.Script = (request, _) => Answer(server.Engine, request);

        (int exitCode, string output) = await RunAsync(server.Address);

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            [
                "create", "stream", "runTools", "parse", "responses", "completions", "embeddings", "models", "errors",
                "anthropicCreate", "anthropicStream", "anthropicErrors", "brokenStream",
            ],
            output.TrimEnd().Split('\n'));
    }

    private static IAsyncEnumerable<CompletionUpdate> Answer(ScriptedEngine engine, CompletionRequest request)
    {
        string prompt = engine.Decode(engine.EncodePrompt(request.Prompt));
        return Asks("tool:") ? ScriptedEngine.Say(request, "It ", "rains.")
            : Asks("runTools") || Asks("anthropicTools") ? ScriptedEngine.Say(request, Call[..30], Call[30..])
            : Asks("parse") ? ScriptedEngine.Say(
                request, request.Constraint is OutputConstraint.JsonSchema ? "{\"city\":\"上海\"}" : "no schema")
            : Asks("brokenStream") ? FailLater(request)
            : ScriptedEngine.Say(request, "Hello", ", ", "world", ".");

        bool Asks(string what) => prompt.Contains(what, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<CompletionUpdate> FailLater(CompletionRequest request)
    {
        await Task.Yield();
        yield return ScriptedEngine.Update(request, 0, "Hel");
        throw new InvalidDataException("broken");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Uri address)
    {
        string script = Path.Combine(Repository.Root, "tests", "Puyu.Serving.Tests", "Clients", "clients.mjs");
        using var node = Process.Start(new ProcessStartInfo(
            "node", [script, NodeFactAttribute.Folder, address.ToString()])
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
