using Puyu.Abstractions;
using Puyu.Data.InternEvo;

namespace Puyu.Data.Tests.InternEvo;

public sealed class InternEvoSamplerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<InternEvoPacking, int, int> Shapes => new()
    {
        { InternEvoPacking.Cut, 4, 2 },
        { InternEvoPacking.Cut, 7, 1 },
        { InternEvoPacking.Cut, 3, 5 },
        { InternEvoPacking.One, 4, 2 },
        { InternEvoPacking.One, 7, 1 },
        { InternEvoPacking.Unpack, 6, 2 },
        { InternEvoPacking.Unpack, 5, 3 },
    };

    /// <summary>Compares with the rules written down token by token.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Next_FollowsTheRules(InternEvoPacking packing, int sequenceLength, int microBatchSize)
    {
        int[][] samples = Samples(10, seed: 7);
        Write("en/a.bin", samples);
        using InternEvoSampler sampler = Open(packing, sequenceLength, microBatchSize);
        MicroBatch batch = sampler.CreateBatch();
        List<InternEvoReference> expected = packing == InternEvoPacking.Unpack
            ? InternEvoReference.Unpacked(samples, sequenceLength, microBatchSize)
            : InternEvoReference.Stream(
                samples, sequenceLength, sequenceLength * microBatchSize, packing == InternEvoPacking.One);
        int[] order = Shuffled(expected.Count, seed: 1024);

        Assert.Equal(expected.Count, sampler.BatchesPerEpoch);
        foreach (int item in order)
        {
            sampler.Next(batch);

            Assert.Equal(expected[item].TokenIds, batch.TokenIds);
            Assert.Equal(expected[item].Labels, batch.Labels);
            Assert.Equal(expected[item].Positions, batch.PositionIds);
            Assert.Equal(expected[item].CuSeqLens, batch.CuSeqLens.ToArray());
        }
    }

    [Fact]
    public void Cut_KeepsTheLabelAtABorder_AndNeverTrainsOnZeroOrNegativeIds()
    {
        Write("en/a.bin", [[5, 6, -7, 0, 8, 9, 10]]);
        using InternEvoSampler cut = Open(InternEvoPacking.Cut, 3, 1);
        using InternEvoSampler one = Open(InternEvoPacking.One, 3, 1);
        MicroBatch batch = cut.CreateBatch();

        // Two items of three tokens; RandomState(1024) draws the same order for both samplers.
        cut.Next(batch);
        bool firstItemFirst = batch.TokenIds[0] == 5;
        int[] ids = firstItemFirst ? [5, 6, 7] : [0, 8, 9];
        int[] labels = firstItemFirst ? [6, -100, -100] : [8, 9, 10];
        Assert.Equal(ids, batch.TokenIds);
        Assert.Equal(labels, batch.Labels);
        one.Next(batch);
        Assert.Equal(ids, batch.TokenIds);
        Assert.Equal([.. labels[..2], -100], batch.Labels);
    }

    [Fact]
    public void Next_DividesTheItemsAmongRanks_AndGoesOnShuffling()
    {
        Write("en/a.bin", Enumerable.Range(1, 23).Select(i => new[] { i, i }));
        int[] twice = TwoEpochs(23, 9);
        int[] sampleOrder = Shuffled(23, 1024);

        for (int rank = 0; rank < 3; rank++)
        {
            using InternEvoSampler sampler = Open(InternEvoPacking.Cut, 2, 1, rank: rank, worldSize: 3, steps: 2);
            MicroBatch batch = sampler.CreateBatch();
            var seen = new List<int>();
            for (int i = 0; i < 12; i++)
            {
                sampler.Next(batch);
                seen.Add(batch.TokenIds[0]);
            }

            // 23 items make three whole steps of 2 × 3; rank r takes the r-th of each three.
            IEnumerable<int> items = Enumerable.Range(0, 6).Select(i => twice[rank + (3 * i)])
                .Concat(Enumerable.Range(0, 6).Select(i => twice[23 + rank + (3 * i)]));
            Assert.Equal(6, sampler.BatchesPerEpoch);
            Assert.Equal(items.Select(item => sampleOrder[item] + 1), seen);
        }
    }

    [Fact]
    public void State_ResumesWithTheSameBatches_AtEveryPosition()
    {
        Write("en/a.bin", Samples(10, seed: 1));
        Write("cn/b.bin", Samples(10, seed: 2));
        using InternEvoSampler straight = Open(InternEvoPacking.Cut, 5, 2);
        using InternEvoSampler resumed = Open(InternEvoPacking.Cut, 5, 2);
        MicroBatch expected = straight.CreateBatch();
        MicroBatch actual = straight.CreateBatch();
        for (long i = 0; i < (2 * straight.BatchesPerEpoch) + 2; i++)
        {
            resumed.State = straight.State;
            straight.Next(expected);
            resumed.Next(actual);

            Assert.Equal(expected.TokenIds, actual.TokenIds);
            Assert.Equal(straight.TypeIds.ToArray(), resumed.TypeIds.ToArray());
            Assert.Equal(straight.State, resumed.State);
        }
    }

    [Fact]
    public void TypeIds_AreThePlacesOfTheFolderNames()
    {
        Write("en/a.bin", [[1, 1]]);
        Write("cn/sub/b.bin", [[2, 2]]);
        Write("z_more/c.bin", [[3, 3]]);
        Write("cn/tiny.bin", [[4]]);
        using InternEvoSampler sampler = Open(InternEvoPacking.Cut, 2, 1);
        MicroBatch batch = sampler.CreateBatch();
        var types = new SortedDictionary<int, int>();
        for (int i = 0; i < 3; i++)
        {
            sampler.Next(batch);
            types[batch.TokenIds[0]] = sampler.TypeIds.Span[0];
        }

        Assert.Equal(new Dictionary<int, int> { [1] = 1, [2] = 0, [3] = 2 }, types);
    }

    [Theory]
    [InlineData("cn/x.bin", "cn", 0)]
    [InlineData("z_cn/x.bin", "cn", 0)]
    [InlineData("a/zz__en/x.bin", "en,fr", 0)]
    [InlineData("x.bin", "cn", null)]
    [InlineData("xcn/x.bin", "cn", null)]
    [InlineData("z_cn/x.bin", "cn,z_cn", null)]
    public void TypeIdOf_NeedsExactlyOneMatch(string path, string types, int? typeId)
    {
        string relative = path.Replace('/', Path.DirectorySeparatorChar);
        if (typeId is null)
        {
            Assert.Throws<InvalidDataException>(() => InternEvoFolder.TypeIdOf(relative, types.Split(',')));
            return;
        }

        Assert.Equal(typeId, InternEvoFolder.TypeIdOf(relative, types.Split(',')));
    }

    [Fact]
    public void Constructor_SaysWhatIsMissing()
    {
        Write("en/a.bin", [[1, 2]]);
        Assert.Contains("a step needs 1", Message(Options(InternEvoPacking.Cut, 64, 1)), StringComparison.Ordinal);

        File.Delete(_folder.File("en", "a.bin.meta"));
        Assert.Contains("has no index", Message(Options(InternEvoPacking.Cut, 2, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void MinLength_CanDependOnThePath()
    {
        Write("en/long.bin", [[1, 1, 1], [2, 2]]);
        Write("en/short.bin", [[3, 3]]);
        InternEvoOptions options = Options(InternEvoPacking.Unpack, 4, 1);
        static int Batches(InternEvoOptions options)
        {
            using var sampler = new InternEvoSampler(options);
            return (int)sampler.BatchesPerEpoch;
        }

        Assert.Equal(3, Batches(options));
        Assert.Equal(1, Batches(options with { MinLength = 3 }));
        Assert.Equal(2, Batches(options with { MinLengthByPath = new Dictionary<string, int> { ["long"] = 3 } }));
        Assert.Contains("may contain only one", Message(options with
        {
            MinLengthByPath = new Dictionary<string, int> { ["long"] = 3, ["lon"] = 2 },
        }), StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new InternEvoOptions
        {
            Folder = "",
            VocabSize = 0,
            SequenceLength = 1,
            MicroBatchSize = 0,
            MicroBatchesPerStep = 0,
            Packing = (InternEvoPacking)9,
            MinLength = -1,
            Rank = 1,
        };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            [
                "Folder", "VocabSize", "SequenceLength", "MicroBatchSize", "MicroBatchesPerStep", "Packing",
                "MinLength", "Rank",
            ],
            name => Assert.Contains($"- {name} is ", message, StringComparison.Ordinal));
    }

    private static int[][] Samples(int count, ulong seed)
    {
        var random = new CounterRandom(seed);
        int[][] samples = new int[count][];
        for (int i = 0; i < count; i++)
        {
            samples[i] = new int[1 + random.NextInt32(20)];
            for (int j = 0; j < samples[i].Length; j++)
            {
                samples[i][j] = random.NextInt32(199) - 40;
            }
        }

        return samples;
    }

    private static int[] Shuffled(int count, uint seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new NumpyRandom(seed).Shuffle(order.AsSpan());
        return order;
    }

    private static int[] TwoEpochs(int count, uint seed)
    {
        int[] first = [.. Enumerable.Range(0, count)];
        int[] second = [.. first];
        var random = new NumpyRandom(seed);
        random.Shuffle(first.AsSpan());
        random.Shuffle(second.AsSpan());
        return [.. first, .. second];
    }

    private void Write(string name, IEnumerable<int[]> samples)
    {
        string path = _folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        InternEvoWriter.Write(path, writer =>
        {
            foreach (int[] sample in samples)
            {
                writer.Add(sample);
            }
        });
    }

    private InternEvoOptions Options(InternEvoPacking packing, int sequenceLength, int microBatchSize) => new()
    {
        Folder = _folder.Root,
        VocabSize = 200,
        SequenceLength = sequenceLength,
        MicroBatchSize = microBatchSize,
        Packing = packing,
    };

    private InternEvoSampler Open(InternEvoPacking packing, int sequenceLength, int microBatchSize) =>
        new(Options(packing, sequenceLength, microBatchSize).Validated());

    private InternEvoSampler Open(
        InternEvoPacking packing, int sequenceLength, int microBatchSize, int rank, int worldSize, int steps) =>
        new((Options(packing, sequenceLength, microBatchSize) with
        {
            Rank = rank,
            WorldSize = worldSize,
            MicroBatchesPerStep = steps,
            Seed = 9,
        }).Validated());

    private static string Message(InternEvoOptions options) =>
        Assert.Throws<InvalidDataException>(() => new InternEvoSampler(options)).Message;
}
