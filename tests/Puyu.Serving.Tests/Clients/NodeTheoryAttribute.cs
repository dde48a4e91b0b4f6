namespace Puyu.Serving.Tests.Clients;

/// <summary>A theory that needs node and OpenAI's client for it.</summary>
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test where either is absent.</summary>
    public NodeTheoryAttribute()
    {
        Skip = !HasNode() ? "needs node on the path"
            : !Directory.Exists(Path.Combine(Folder, "node_modules", "openai"))
                ? "needs OpenAI's client for JavaScript: run scripts/get-openai-node.sh, or set PUYU_OPENAI_NODE"
                : null!;
    }

    /// <summary>Where the client is installed, whether or not it is.</summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("PUYU_OPENAI_NODE")
        ?? Path.Combine(Repository.Root, "artifacts", "openai-node");

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")));
}
