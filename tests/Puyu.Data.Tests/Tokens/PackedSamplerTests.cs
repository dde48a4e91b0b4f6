using Puyu.Abstractions;
using Puyu.Data.Tokens;

namespace Puyu.Data.Tests.Tokens;

public sealed class PackedSamplerTests : IDisposable
{
    private const int Documents = 200;
    private const int VocabSize = 70_000;

    private readonly TemporaryFolder _folder = new();
    private readonly TokenDataset _data;

    /// <summary>Tokens count up from 1 through all documents: an id tells where it comes from, 0 is padding.</summary>
    public PackedSamplerTests()
    {
        var random = new CounterRandom(4);
        int next = 1;
        string path = _folder.File("a.tokens");
        TokenDataset.Write(path, VocabSize, writer =>
        {
            for (int document = 0; document < Documents; document++)
            {
                int[] ids = [.. Enumerable.Range(next, 1 + random.NextInt32(50))];
                bool[] trained = [.. ids.Select(id => id % 7 != 3)];
                next += ids.Length;
                writer.Add(ids, trained);
            }
        });
        _data = TokenDataset.Open(path);
    }

    public static TheoryData<Packing, int, int> Shapes => new()
    {
        { Packing.ConcatenateAndCut, 32, 1 },
        { Packing.ConcatenateAndCut, 17, 3 },
        { Packing.ConcatenateAndCut, 256, 2 },
        { Packing.BestFit, 32, 1 },
        { Packing.BestFit, 17, 3 },
        { Packing.BestFit, 256, 2 },
    };

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Next_LabelsEachTokenWithTheNextOfItsDocument(Packing packing, int sequenceLength, int rows)
    {
        PackedSampler sampler = Sampler(packing, sequenceLength, rows);
        MicroBatch batch = sampler.CreateBatch();
        var seen = new List<int>();
        HashSet<int> lastTokens = [.. Enumerable.Range(0, Documents).Select(
            document => (int)_data.FirstToken(document) + _data.Length(document))];

        for (long i = 0; i < sampler.BatchesPerEpoch; i++)
        {
            sampler.Next(batch);
            AssertWellFormed(batch, sequenceLength);
            for (int sequence = 0; sequence < batch.Sequences; sequence++)
            {
                int first = batch.CuSeqLens.Span[sequence];
                int length = batch.CuSeqLens.Span[sequence + 1] - first;
                int[] ids = batch.TokenIds[first..(first + length)];
                if (ids[0] == 0)
                {
                    Assert.All(ids, id => Assert.Equal(0, id));
                    Assert.All(batch.Labels[first..(first + length)], label => Assert.Equal(-100, label));
                    continue;
                }

                Assert.Equal(Enumerable.Range(ids[0], length), ids);
                Assert.Equal(
                    ids.Select(id => lastTokens.Contains(id) || (id + 1) % 7 == 3 ? -100 : id + 1),
                    batch.Labels[first..(first + length)]);
                seen.AddRange(ids);
            }
        }

        if (packing == Packing.BestFit)
        {
            Assert.Equal(Enumerable.Range(1, (int)_data.Tokens), seen.Order());
        }
        else
        {
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.InRange(_data.Tokens - seen.Count, 0, (sequenceLength * rows) - 1);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void State_ResumesWithTheSameBatches_AtEveryPosition(Packing packing, int sequenceLength, int rows)
    {
        PackedSampler straight = Sampler(packing, sequenceLength, rows);
        MicroBatch expected = straight.CreateBatch();
        MicroBatch actual = straight.CreateBatch();

        for (long i = 0; i < (2 * straight.BatchesPerEpoch) + 2; i++)
        {
            SamplerState state = straight.State;
            straight.Next(expected);
            PackedSampler resumed = Sampler(packing, sequenceLength, rows);
            resumed.State = state;
            resumed.Next(actual);

            Assert.Equal(expected.TokenIds, actual.TokenIds);
            Assert.Equal(expected.Labels, actual.Labels);
            Assert.Equal(expected.CuSeqLens.ToArray(), actual.CuSeqLens.ToArray());
            Assert.Equal(straight.State, resumed.State);
        }
    }

    [Fact]
    public void Next_ShufflesAnew_EachEpochAndSeed()
    {
        PackedSampler sampler = Sampler(Packing.ConcatenateAndCut, 64, 1);
        PackedSampler other = Sampler(Packing.ConcatenateAndCut, 64, 1, seed: 6);
        MicroBatch batch = sampler.CreateBatch();
        sampler.Next(batch);
        int[] first = [.. batch.TokenIds];

        sampler.State = sampler.State with { Epoch = 1, Position = 0 };
        sampler.Next(batch);
        Assert.NotEqual(first, batch.TokenIds);
        other.Next(batch);
        Assert.NotEqual(first, batch.TokenIds);
    }

    [Fact]
    public void BestFit_FillsRowsNearlyFull()
    {
        PackedSampler sampler = Sampler(Packing.BestFit, 256, 1);

        // 200 documents of 1 to 50 tokens: what is lost is less than one row.
        Assert.Equal((_data.Tokens + 255) / 256, sampler.BatchesPerEpoch);
    }

    [Fact]
    public void State_OfOtherOptions_IsRefused()
    {
        SamplerState state = Sampler(Packing.BestFit, 64, 1).State;

        var problem = Assert.Throws<ArgumentException>(() => Sampler(Packing.BestFit, 32, 1).State = state);

        Assert.Contains("other data or options", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void State_BeyondTheEpoch_IsRefused_AndChangesNothing()
    {
        PackedSampler sampler = Sampler(Packing.BestFit, 64, 1);
        SamplerState before = sampler.State;
        SamplerState beyond = before with { Epoch = 3, Position = sampler.BatchesPerEpoch + 1 };

        Assert.Throws<ArgumentException>(() => sampler.State = beyond);

        MicroBatch expected = sampler.CreateBatch();
        MicroBatch actual = sampler.CreateBatch();
        Sampler(Packing.BestFit, 64, 1).Next(expected);
        sampler.Next(actual);
        Assert.Equal(expected.TokenIds, actual.TokenIds);
    }

    [Fact]
    public void Constructor_SaysSo_WhenThereIsNotOneMicroBatch()
    {
        var problem = Assert.Throws<ArgumentException>(() => Sampler(Packing.ConcatenateAndCut, 4096, 64));

        Assert.Contains("a micro-batch needs 262144", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Packing.ConcatenateAndCut)]
    [InlineData(Packing.BestFit)]
    public void Next_AllocatesNothing(Packing packing)
    {
        PackedSampler sampler = Sampler(packing, 64, 2);
        MicroBatch batch = sampler.CreateBatch();
        for (long i = 0; i <= sampler.BatchesPerEpoch; i++)
        {
            sampler.Next(batch);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long i = 0; i <= sampler.BatchesPerEpoch; i++)
        {
            sampler.Next(batch);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new PackingOptions { SequenceLength = 1, MicroBatchSize = 0, Packing = (Packing)9 };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.Contains("SequenceLength is 1", message, StringComparison.Ordinal);
        Assert.Contains("MicroBatchSize is 0", message, StringComparison.Ordinal);
        Assert.Contains("Packing is 9", message, StringComparison.Ordinal);
    }

    private static void AssertWellFormed(MicroBatch batch, int sequenceLength)
    {
        int[] cuSeqLens = batch.CuSeqLens.ToArray();
        int[] lengths = [.. cuSeqLens.Skip(1).Zip(cuSeqLens, (end, first) => end - first)];

        Assert.Equal(0, cuSeqLens[0]);
        Assert.Equal(batch.Tokens, cuSeqLens[^1]);
        Assert.All(lengths, length => Assert.InRange(length, 1, sequenceLength));
        Assert.Equal(lengths.Max(), batch.MaxSeqLen);
        Assert.Equal(lengths.SelectMany(length => Enumerable.Range(0, length)), batch.PositionIds);
        Assert.Equal(batch.Labels.Count(label => label != -100), batch.CountTrained());
    }

    private PackedSampler Sampler(Packing packing, int sequenceLength, int rows, ulong seed = 5) =>
        new(_data, new PackingOptions
        {
            SequenceLength = sequenceLength,
            MicroBatchSize = rows,
            Packing = packing,
            Seed = seed,
        }.Validated());
}
