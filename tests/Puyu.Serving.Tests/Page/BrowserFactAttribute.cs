using System.Runtime.InteropServices;

namespace Puyu.Serving.Tests.Page;

/// <summary>A fact that needs chromium and the driver that Playwright's package brings.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>The environment variable that says where chromium is.</summary>
    private const string Variable = "PUYU_CHROMIUM";

    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Path of chromium; null if there is none.</summary>
    public static string? Chromium { get; } = Environment.GetEnvironmentVariable(Variable) ?? OnPath();

    /// <summary>Skips the test where it cannot run.</summary>
    public BrowserFactAttribute()
    {
        Skip = Chromium is null || !File.Exists(Chromium)
            ? $"needs chromium: run scripts/get-chromium.sh, or set {Variable} to its path"
            : HasDriver()
                ? null!
                : $"needs Playwright's driver, which its package does not bring for {RuntimeInformation.RuntimeIdentifier}";
    }

    private static string? OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => _names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private static bool HasDriver()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, ".playwright", "node");
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any();
    }
}
