using System.Xml.Linq;

namespace Puyu.Architecture.Tests;

public class LayeringTests
{
    /// <summary>
    /// Every project, and the projects it may reference. An edge that is not here is a design decision to discuss
    /// (docs/decisions/0002-layers.md).
    /// </summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Puyu.Abstractions"] = [],
        ["Puyu.Tensors"] = ["Puyu.Abstractions"],
        ["Puyu.Tokenizers"] = ["Puyu.Abstractions"],
        ["Puyu.Data"] = ["Puyu.Abstractions", "Puyu.Tokenizers"],
        ["Puyu.Models"] = ["Puyu.Abstractions", "Puyu.Tensors"],
        ["Puyu.Training"] = ["Puyu.Abstractions", "Puyu.Tensors", "Puyu.Models", "Puyu.Data"],
        ["Puyu.Inference"] = ["Puyu.Abstractions", "Puyu.Tensors", "Puyu.Tokenizers", "Puyu.Models"],
        ["Puyu.Evaluation"] = ["Puyu.Abstractions"],
        ["Puyu.Serving"] = ["Puyu.Abstractions"],
        ["Puyu.Cli"] =
        [
            "Puyu.Abstractions", "Puyu.Tensors", "Puyu.Tokenizers", "Puyu.Data", "Puyu.Models", "Puyu.Training",
            "Puyu.Inference", "Puyu.Evaluation", "Puyu.Serving",
        ],
    };

    [Fact]
    public void ProjectReferences_FollowTheLayering()
    {
        Dictionary<string, string[]> actual = Repository.Files("src", "*.csproj").ToDictionary(
            path => Path.GetFileNameWithoutExtension(path)!, ReferencesOf);

        Assert.Equal(_allowed.Keys.Order(), actual.Keys.Order());
        Assert.All(actual, project => Assert.Empty(project.Value.Except(_allowed[project.Key])));
    }

    private static string[] ReferencesOf(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(
            reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))];
}
