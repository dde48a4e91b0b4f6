using System.Reflection;
using System.Runtime.CompilerServices;

namespace Puyu.Architecture.Tests;

public class PublicApiTests
{
    /// <summary>Set to 1 to accept the API as it is; the diff of api/ is then reviewed like any other.</summary>
    private const string AcceptVariable = "ACCEPT_API";

    public static TheoryData<string> Assemblies =>
    [
        "Puyu.Abstractions", "Puyu.Tensors", "Puyu.Tokenizers", "Puyu.Data", "Puyu.Models", "Puyu.Training",
        "Puyu.Inference", "Puyu.Evaluation",
    ];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void PublicApi_IsTheApprovedOne(string name)
    {
        string actual = string.Join('\n', Describe(Assembly.Load(name))) + "\n";
        string file = Path.Combine(Repository.Root, "api", $"{name}.txt");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static IEnumerable<string> Describe(Assembly assembly)
    {
        const BindingFlags Declared =
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        return assembly.GetExportedTypes()
            .SelectMany(type => type.GetMembers(Declared)
                .Where(member => member is not MethodInfo { IsSpecialName: true })
                .Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)))
                .Select(member => $"{type.FullName} | {member}")
                .Prepend($"{type.FullName}"))
            .Order(StringComparer.Ordinal);
    }
}
