namespace Puyu.Testing;

/// <summary>An empty folder that is deleted with its content.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Full path of the folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("puyu-test-").FullName;

    /// <summary>A path inside the folder.</summary>
    public string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
