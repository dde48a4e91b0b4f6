namespace Puyu.Tokenizers.Tests.Support;

/// <summary>Rank files that are not part of the repository: scripts/get-tiktoken.sh fetches them.</summary>
public static class TiktokenData
{
    private const string SkipReason =
        "needs tiktoken's rank files: run scripts/get-tiktoken.sh, or set PUYU_TIKTOKEN to their folder";

    public static string Root { get; } = Environment.GetEnvironmentVariable("PUYU_TIKTOKEN")
        ?? Path.Combine(Repository.Root, "artifacts", "tiktoken");

    public static string? SkipWhereAbsent => !Directory.Exists(TestData.Root) ? TestData.SkipReason
        : File.Exists(Path.Combine(Root, "cl100k_base.tiktoken")) ? null
        : SkipReason;
}

/// <summary>A theory that needs the rank files and the test data.</summary>
public sealed class TiktokenTheoryAttribute : TheoryAttribute
{
    public TiktokenTheoryAttribute()
    {
        Skip = TiktokenData.SkipWhereAbsent!;
    }
}

/// <summary>A fact that needs the rank files and the test data.</summary>
public sealed class TiktokenFactAttribute : FactAttribute
{
    public TiktokenFactAttribute()
    {
        Skip = TiktokenData.SkipWhereAbsent!;
    }
}
