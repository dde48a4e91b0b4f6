using System.Text.Json;
using System.Text.RegularExpressions;
using Puyu.Data.Decontamination;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Decontamination;

public class DecontaminationTests
{
    private const string Item =
        "A farmer has twelve brown hens and sells every egg they lay at the market on Sunday for two coins";

    [Theory]
    [InlineData("a farmer has TWELVE brown hens and sells every egg they lay")]
    [InlineData("A farmer -- has twelve, brown hens; and \"sells\" every egg they lay!")]
    [InlineData("Ａ ｆａｒｍｅｒ has twelve brown hens\n\n\tand sells every egg they lay")]
    [InlineData("Á fàrmer hås twelve brown hens and sells every egg they lay")]
    public void Find_SeesTwelveWords_HoweverTheyAreWritten(string run)
    {
        DecontaminationIndex index = Index("hens.txt", Item);

        Overlap alone = index.Find(run);
        Overlap embedded = index.Find("Once there was. " + run + " And so on, as ever.");

        Assert.Equal(1, alone.Runs);
        Assert.Equal(1, embedded.Runs);
        Assert.Equal("hens", embedded.Task);
        Assert.Equal("Once there was. ".Length, embedded.First.Start);
    }

    [Fact]
    public void Find_SeesNoRunOfElevenWords()
    {
        DecontaminationIndex index = Index("hens.txt", Item);

        Assert.Equal(0, index.Find("A farmer has twelve brown hens and sells every egg they, well, lay").Runs);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(13, 0)]
    public void Words_SetTheLengthOfARun(int words, int expected)
    {
        DecontaminationIndex index = Index("hens.txt", Item, new DecontaminationOptions { Words = words });

        Assert.Equal(expected, index.Find("farmer has twelve brown hens and sells every egg they").Runs);
    }

    [Fact]
    public void Find_TakesNumbersAsAlike_AndRunsOfNumbersAsNothing()
    {
        DecontaminationIndex index = Index(
            "sums.txt", "Tom has 3 apples and Ann has 1,250.5 pears, so how many do both have?\n\n1 2 3 4 5 6 7 8 9 10 11 12 13");

        Assert.Equal("sums", index.Find("Tom has 17 apples and Ann has 2 pears so how many do both have?").Task);
        Assert.Equal(0, index.Find("21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36").Runs);
    }

    [Fact]
    public void Find_ComparesChineseByTwentyCharacters()
    {
        const string Question = "小明家的果园里一共收了三百二十个苹果，其中的四分之一送给了邻居，剩下的平均分给五位朋友。";
        DecontaminationIndex index = Index("果园.txt", Question);

        Assert.Equal("果园", index.Find("前言。" + Question[..24] + "后记。").Task);
        Assert.Equal("果园", index.Find(Question[..24].Replace("，", "", StringComparison.Ordinal)).Task);
        Assert.Equal(0, index.Find(Question[..15] + "而另一座果园里却什么也没有收到。").Runs);
    }

    [Fact]
    public void Build_LeavesOutWhatManyItemsShare()
    {
        string items = string.Join("\n\n", Enumerable.Range(0, 10).Select(i =>
            $"Answer the following question with a single letter and nothing else, please. {(char)('a' + i)}{Item[i..]}"));

        DecontaminationIndex index = Index("shared.txt", items);

        Assert.Equal(0, index.Find("Answer the following question with a single letter and nothing else, please.").Runs);
        Assert.True(index.Find(Item).Runs > 0);
    }

    [Theory]
    [InlineData("set.jsonl", "{\"id\": 1, \"q\": \"TEXT\", \"choices\": [\"x\", \"y\"]}\n\n{\"q\": \"other\"}\n")]
    [InlineData("set.json", "{\"canary\": \"none\", \"examples\": [{\"input\": \"TEXT\"}, {\"input\": \"other\"}]}")]
    [InlineData("set.csv", "\"TEXT\",\"a \"\"quoted\"\" field\"\nother,x\n")]
    [InlineData("set.tsv", "TEXT\t3\nother\t\"4\n")]
    public void Build_ReadsEveryFormat(string name, string content)
    {
        DecontaminationIndex index = Index(name, content.Replace("TEXT", Item, StringComparison.Ordinal));

        EvaluationTask task = Assert.Single(index.Tasks);
        Assert.Equal(("set", 2, 1), (task.Name, task.ItemCount, task.ShortItems));
        Assert.Equal(0, index.Find(Item).Item);
    }

    [Theory]
    [InlineData("bad.jsonl", "{\"q\": 1}\n{\"q\": \n", "bad.jsonl(2): not JSON")]
    [InlineData("bad.csv", "a,\"b\nc", "bad.csv@0: a quoted field is not closed")]
    [InlineData("bad.xml", "<a/>", "must end in .jsonl")]
    public void Build_NamesWhatIsWrong(string name, string content, string expected)
    {
        var problem = Assert.Throws<InvalidDataException>(() => Index(name, content));

        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_AndLoad_KeepEverything()
    {
        using var folder = new TemporaryFolder();
        DecontaminationIndex index = Index("hens.txt", Item, new DecontaminationOptions { Words = 10 });

        index.Save(folder.File("x.index"));
        DecontaminationIndex loaded = DecontaminationIndex.Load(folder.File("x.index"));

        Assert.Equal(index.Options, loaded.Options);
        Assert.Equal(index.Tasks[0].Hashes, loaded.Tasks[0].Hashes);
        Assert.Equal(index.Find(Item), loaded.Find(Item));
    }

    [Fact]
    public void Load_RefusesWhatIsDamaged()
    {
        using var folder = new TemporaryFolder();
        Index("hens.txt", Item).Save(folder.File("x.index"));
        byte[] good = File.ReadAllBytes(folder.File("x.index"));

        for (int i = 0; i < good.Length; i += 7)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x40;
            File.WriteAllBytes(folder.File("bad.index"), bad);
            Assert.Throws<InvalidDataException>(() => DecontaminationIndex.Load(folder.File("bad.index")));
        }
    }

    [Fact]
    public void Stage_NamesTaskAndRun()
    {
        var stage = new DecontaminateStage(Index("hens.txt", Item));
        float[] values = new float[stage.Measures.Count];

        string? note = stage.Apply(new Document("1", "Say: " + Item), values).Note;

        Assert.Equal("hens#0: A farmer has twelve brown hens and sells every egg they lay", note);
        Assert.Equal(9, values[0]); // of 20 words
        Assert.False(stage.Measures[0].Admits(values[0]));
        Assert.Null(stage.Apply(new Document("2", "Nothing of the kind."), values).Note);
        Assert.True(stage.Measures[0].Admits(values[0]));
    }

    [Fact]
    public void Recipes_NameTheIndex_AsAFileTheResultDependsOn()
    {
        using var folder = new TemporaryFolder();
        Index("hens.txt", Item).Save(folder.File("x.index"));
        RecipeContext context = new(folder.Root, "steps[0].stages[0]", seed: 0, warn: _ => { });
        float[] values = new float[2];

        var stage = (DecontaminateStage)Assert.Single(DecontaminationStages.All)
            .Create(JsonElement.Parse("{\"index\": \"x.index\"}"), context);

        Assert.NotNull(stage.Apply(new Document("1", Item), values).Note);
        Assert.Equal([folder.File("x.index")], context.Inputs);
    }

    /// <summary>Check 22 of the data engine: forty items each, four ways of pasting, all found and named rightly.</summary>
    [DataTheory]
    [InlineData("gsm8k_test.jsonl")]
    [InlineData("HumanEval.jsonl.gz")]
    [InlineData("cmath_dev.jsonl")]
    [InlineData("mgsm_zh.tsv")]
    public void Find_SeesItemsOfRealSets_AndNothingInWarAndPeace(string file)
    {
        string path = TestData.File("eval", file);
        DecontaminationIndex index = DecontaminationIndex.Build([path], new DecontaminationOptions());
        string book = File.ReadAllText(TestData.File("corpora", "war_and_peace_utf8.txt"));
        List<string> items = EvaluationFile.Read(path);
        var clean = new TaskBuilder(new DecontaminationOptions());

        Assert.Equal(0, index.Find(book).Runs);
        int tried = 0;
        for (int i = 0; i < items.Count && tried < 40; i += items.Count / 60)
        {
            if (!new MatchWindows(items[i], 12, 20).Next())
            {
                continue; // too short for a run
            }

            tried++;
            string recased = items[i].ToUpperInvariant();
            string repunctuated = Regex.Replace(items[i], @"\p{P}*\s+", " … ");
            string embedded = book[(i * 1000)..((i * 1000) + 5000)] + "\n" + items[i] + "\n" + book[..3000];
            Assert.All([items[i], recased, repunctuated, embedded], text => Assert.True(index.Find(text).Runs > 0, text));
        }

        Assert.Equal(40, tried);
        clean.Add(book);
        Assert.True(clean.Finish("book").Runs > 500_000);
    }

    private static DecontaminationIndex Index(string name, string content, DecontaminationOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);
        return DecontaminationIndex.Build([folder.File(name)], options ?? new DecontaminationOptions());
    }
}
