using Puyu.Data.Decontamination;
using Puyu.Data.Pipeline;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

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
        File.WriteAllText(
            folder.File("set.txt"), "An item of at least twelve words is what an evaluation set has to have.");
        DecontaminationIndex.Build([folder.File("set.txt")], new DecontaminationOptions())
            .Save(folder.File("evaluation.index"));
        TokenizerJson.Save(
            BpeTrainer.Train(
                [File.ReadAllBytes(folder.File("set.txt"))],
                new BpeTrainingOptions { VocabSize = 257, SpecialTokens = ["</s>"], EosToken = "</s>" }),
            folder.File("tokenizer.json"));
        File.Copy(Path.Combine(Repository.Root, "recipes", name), folder.File(name));

        Recipe recipe = Recipe.Load(folder.File(name), StageCatalog.BuiltIn, warning => Assert.Fail(warning));

        bool mixes = recipe.Outputs[0].Tokens is not null; // what other recipes wrote
        Assert.True(mixes || recipe.Steps.Count >= 4);
        Assert.Equal(!mixes, recipe.Steps.Any(step => step.Name == "decontaminate"));
    }
}
