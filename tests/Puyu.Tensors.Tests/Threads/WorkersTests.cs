using Puyu.Tensors.Threads;

namespace Puyu.Tensors.Tests.Threads;

public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void ForEach_DoesEveryPieceOnce_OverManyJobs(int threads)
    {
        using var workers = new Workers(threads);
        int[] counts = new int[37];
        var job = new CountingJob(counts);

        for (int round = 0; round < 2000; round++)
        {
            workers.ForEach(counts.Length, ref job);
        }

        Assert.All(counts, count => Assert.Equal(2000, count));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void ForEach_KeepsJobsApart_WhoseNumbersOfPiecesDiffer(int threads)
    {
        using var workers = new Workers(threads);
        int[] counts = new int[64];
        var job = new CountingJob(counts);
        int[] expected = new int[counts.Length];

        for (int round = 0; round < 50_000; round++)
        {
            int pieces = round % 2 == 0 ? 2 : counts.Length;
            workers.ForEach(pieces, ref job);
            for (int piece = 0; piece < pieces; piece++)
            {
                expected[piece]++;
            }
        }

        Assert.Equal(expected, counts);
    }

    [Fact]
    public void ForEach_WakesParkedWorkers()
    {
        using var workers = new Workers(4);
        using var pause = new ManualResetEventSlim();
        int[] counts = new int[8];
        var job = new CountingJob(counts);

        for (int round = 0; round < 5; round++)
        {
            workers.ForEach(counts.Length, ref job);
            pause.Wait(TimeSpan.FromMilliseconds(20));
        }

        Assert.All(counts, count => Assert.Equal(5, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ForEach_RethrowsTheFailureOfAPiece_AndStaysUsable(int threads)
    {
        using var workers = new Workers(threads);
        int[] counts = new int[4];
        var failing = new FailingJob();
        var job = new CountingJob(counts);

        Assert.Throws<InvalidDataException>(() => workers.ForEach(10, ref failing));
        workers.ForEach(counts.Length, ref job);

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    private readonly struct CountingJob(int[] counts) : IJob
    {
        public void Execute(int piece, int worker) => Interlocked.Increment(ref counts[piece]);
    }

    private readonly struct FailingJob : IJob
    {
        public void Execute(int piece, int worker)
        {
            if (piece == 3)
            {
                throw new InvalidDataException("piece 3");
            }
        }
    }
}
