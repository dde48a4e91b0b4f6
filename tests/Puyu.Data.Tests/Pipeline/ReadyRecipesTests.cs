using Puyu.Data.Decontamination;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public class ReadyRecipesTests
{
    public static TheoryData<string> Names =>
        [.. Repository.Files("recipes", "data-*.json").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Recipe_NamesStagesAndOptionsThatExist(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("set.txt"), "An item of at least twelve words is what an evaluation set has to have.");
        DecontaminationIndex.Build([folder.File("set.txt")], new DecontaminationOptions())
            .Save(folder.File("evaluation.index"));
        File.Copy(Path.Combine(Repository.Root, "recipes", name), folder.File(name));

        Recipe recipe = Recipe.Load(folder.File(name), StageCatalog.BuiltIn, warning => Assert.Fail(warning));

        Assert.True(recipe.Steps.Count >= 4);
        Assert.Contains(recipe.Steps, step => step.Name == "decontaminate");
    }
}
