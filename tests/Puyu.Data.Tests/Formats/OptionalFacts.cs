using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

/// <summary>A fact that needs libzstd.</summary>
public sealed class ZstdFactAttribute : FactAttribute
{
    public ZstdFactAttribute()
    {
        Skip = Zstd.IsPresent ? null! : "needs libzstd.so.1: install the package libzstd1";
    }
}

/// <summary>A fact that makes repositories with Git.</summary>
public sealed class GitFactAttribute : FactAttribute
{
    public GitFactAttribute()
    {
        bool isPresent = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "git")));
        Skip = isPresent ? null! : "needs git: install the package git";
    }
}
