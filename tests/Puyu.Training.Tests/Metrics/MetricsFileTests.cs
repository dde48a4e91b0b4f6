using Puyu.Training.Metrics;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Metrics;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_AppendsALineOfJson()
    {
        using (MetricsFile file = Open(step: 0))
        {
            file.Write(new StepMetrics
            {
                Step = 7,
                Tokens = 512,
                TrainedTokens = 500,
                TotalTokens = 3584,
                Loss = 2.5,
                LearningRate = 1e-3,
                GradientNorm = 0.75,
                Seconds = 0.5,
                Flops = 4e9,
                PeakFlopsPerSecond = 32e9,
                PeakBytes = 1024,
            });
            file.Write(new ValidationMetrics(7, 2.25, 4000));
        }

        Assert.Equal(
            [
                """{"kind":"step","time":"2026-01-02T03:04:05+00:00","step":7,"tokens":512,"trainedTokens":500,"""
                    + "\"totalTokens\":3584,\"loss\":2.5,\"learningRate\":0.001,\"gradientNorm\":0.75,\"seconds\":0.5,"
                    + "\"tokensPerSecond\":1024,\"flopsPerSecond\":8000000000,\"mfu\":0.25,\"peakBytes\":1024}",
                """{"kind":"validation","time":"2026-01-02T03:04:05+00:00","step":7,"loss":2.25,"trainedTokens":"""
                    + "4000}",
            ],
            File.ReadAllLines(FilePath));
    }

    [Fact]
    public void Open_DropsTheLinesOfStepsThatAreDoneAgain()
    {
        using (MetricsFile file = Open(step: 0))
        {
            for (int step = 1; step <= 5; step++)
            {
                file.Write(new StepMetrics { Step = step, Seconds = 1 });
            }
        }

        File.AppendAllText(FilePath, """{"kind":"step","ti""");
        using (MetricsFile file = Open(step: 3))
        {
            file.Write(new StepMetrics { Step = 4, Seconds = 2 });
        }

        string[] lines = File.ReadAllLines(FilePath);
        Assert.Equal(4, lines.Length);
        Assert.Contains("\"step\":3,", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"step\":4,", lines[3], StringComparison.Ordinal);
        Assert.Contains("\"seconds\":2,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DropsATornLine_WhateverTheStep()
    {
        File.WriteAllText(FilePath, "{\"kind\":\"step\",\"step\":1}\n{\"kind\":\"st");

        using (MetricsFile file = Open(step: 100))
        {
            file.Write(new ValidationMetrics(100, 1, 1));
        }

        Assert.Equal(2, File.ReadAllLines(FilePath).Length);
    }

    [Fact]
    public void Write_AllocatesNothing()
    {
        using MetricsFile file = Open(step: 0);
        var metrics = new StepMetrics { Step = 7, Loss = Math.PI, Seconds = Math.E, LearningRate = 1e-300 };
        file.Write(metrics);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            file.Write(metrics);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private MetricsFile Open(int step) => MetricsFile.Open(FilePath, step, new ManualTime(TimeSpan.FromSeconds(1)));
}
