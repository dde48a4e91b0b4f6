namespace Puyu.Testing;

/// <summary>
/// The real files that some tests read. They are not part of the repository: tests that need them are skipped, with
/// this reason, where they are absent.
/// </summary>
public static class TestData
{
    /// <summary>The environment variable that says where the files are.</summary>
    public const string Variable = "PUYU_TEST_DATA";

    /// <summary>Why a test without its data is skipped.</summary>
    public const string SkipReason = "needs test data: set PUYU_TEST_DATA to its folder, or put it at ../shared/data";

    /// <summary>Folder of the data, whether or not it exists.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable(Variable)
        ?? Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data"));

    /// <summary>Path of one file of the data.</summary>
    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);
}

/// <summary>A fact that needs the real test data.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the data is absent.</summary>
    public DataFactAttribute()
    {
        Skip = Directory.Exists(TestData.Root) ? null! : TestData.SkipReason;
    }
}

/// <summary>A theory that needs the real test data.</summary>
public sealed class DataTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test where the data is absent.</summary>
    public DataTheoryAttribute()
    {
        Skip = Directory.Exists(TestData.Root) ? null! : TestData.SkipReason;
    }
}
