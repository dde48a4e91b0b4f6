namespace Puyu.Serving.Tests.Clients;

/// <summary>A fact that needs node and the clients for it.</summary>
public sealed class NodeFactAttribute : FactAttribute
{
    /// <summary>Skips the test where either is absent.</summary>
    public NodeFactAttribute()
    {
        Skip = !HasNode() ? "needs node on the path"
            : !Directory.Exists(Path.Combine(Folder, "node_modules", "@anthropic-ai"))
                ? "needs clients in JavaScript: run scripts/get-node-clients.sh, or set PUYU_NODE_CLIENTS"
                : null!;
    }

    /// <summary>Where the clients are installed, whether or not they are.</summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("PUYU_NODE_CLIENTS")
        ?? Path.Combine(Repository.Root, "artifacts", "node-clients");

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")));
}
