using Puyu.Abstractions;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

/// <summary>What rounded keys and values cost a model that has learned something.</summary>
public class KvFormatTests
{
    private const int SequenceLength = 128;

    private static readonly string[] _words =
    [
        "the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "barks", "at", "hill", "and", "a", "model",
        "runs",
    ];

    [Fact]
    public void Perplexity_IsLittleWorseWithInt8_AndBoundedWithInt4()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder trained = Train(backend);
        string text = Text(seed: 2, sentences: 120);
        Dictionary<KvFormat, double> perplexity = Enum.GetValues<KvFormat>().ToDictionary(
            format => format, format => Perplexity(trained, text, format));

        // 280 ids know nothing; the second mention of a sentence's words is what attention is needed for.
        Assert.InRange(perplexity[KvFormat.F32], 1, 20);
        Assert.InRange(Change(KvFormat.BF16), -0.002, 0.002);
        Assert.InRange(Change(KvFormat.Int8), -0.005, 0.005);
        Assert.InRange(Change(KvFormat.Int4), Change(KvFormat.Int8), 0.02);
        Assert.All(Enum.GetValues<KvFormat>()[1..], format => Assert.NotEqual(0, Change(format)));

        double Change(KvFormat format) => (perplexity[format] / perplexity[KvFormat.F32]) - 1;
    }

    private static double Perplexity(Decoder trained, string text, KvFormat format)
    {
        EngineOptions options = LocalLanguageModel.ScoringOptions with
        {
            Threads = 1,
            CacheFormat = format,
            CacheBytes = 1 << 24,
        };
        using LocalLanguageModel model = new(new InferenceEngine(
            new EngineModel("trained", backend => Copy(trained, backend), TinyModel.Tokenizer, null),
            options, TimeProvider.System));
        TextScore score = Assert.Single(model.ScoreText([text], CancellationToken.None));
        return Math.Exp(-score.LogProbability / score.Tokens);
    }

    private static Decoder Copy(Decoder trained, Backend backend)
    {
        Decoder copy = Decoder.Create(trained.Config, backend);
        trained.Parameters.Values!.Span<float>().CopyTo(copy.Parameters.Values!.Span<float>());
        return copy;
    }

    /// <summary>Sentences that are said twice, so that the second time is predicted by looking back.</summary>
    private static string Text(ulong seed, int sentences)
    {
        var random = new CounterRandom(seed);
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < sentences; i++)
        {
            string sentence = string.Join(
                ' ', Enumerable.Range(0, 8).Select(_ => _words[random.NextInt32(_words.Length)]));
            text.Append(sentence).Append("; ").Append(sentence).Append(". ");
        }

        return text.ToString();
    }

    private static Decoder Train(CpuBackend backend)
    {
        const int Steps = 400;
        const int Rows = 4;
        ModelConfig config = TinyModel.Config with
        {
            HiddenSize = 64,
            IntermediateSize = 128,
            MaxPositions = SequenceLength,
            InitializerRange = 0.02f,
        };
        Decoder decoder = Decoder.Create(config, backend);
        decoder.Initialize(seed: 1);
        decoder.AllocateGradients();
        int[] ids = TinyModel.Tokenizer.Encode(Text(seed: 1, sentences: 3000));
        Span<float> values = decoder.Parameters.Values!.Span<float>();
        float[] first = new float[values.Length];
        float[] second = new float[values.Length];
        var random = new CounterRandom(seed: 3);
        for (int step = 1; step <= Steps; step++)
        {
            decoder.Parameters.ZeroGradients();
            using (Scope scope = backend.BeginRecording())
            {
                int[] starts = [.. Enumerable.Range(0, Rows).Select(
                    _ => random.NextInt32(ids.Length - SequenceLength - 1))];
                scope.Backward(Loss(scope, decoder, ids, starts));
            }

            float rate = 3e-3f * (1 - ((float)step / Steps));
            Adam(values, decoder.Parameters.Gradients!.Span<float>(), first, second, step, rate);
        }

        return decoder;
    }

    private static Tensor Loss(Scope scope, Decoder decoder, int[] ids, int[] starts)
    {
        int[] tokens = [.. starts.SelectMany(start => ids[start..(start + SequenceLength)])];
        int[] labels = [.. starts.SelectMany(start => ids[(start + 1)..(start + SequenceLength + 1)])];
        int[] positions = [.. starts.SelectMany(_ => Enumerable.Range(0, SequenceLength))];
        int[] ends = [.. Enumerable.Range(0, starts.Length + 1).Select(i => i * SequenceLength)];
        return decoder.Loss(
            scope, DecoderInput.From(scope, tokens, positions, ends), scope.From<int>(labels, [labels.Length]),
            scale: 1f / labels.Length);
    }

    /// <summary>Source: Kingma and Ba, Adam, 2014 (arXiv:1412.6980).</summary>
    private static void Adam(
        Span<float> values, ReadOnlySpan<float> gradients, float[] first, float[] second, int step, float rate)
    {
        float correct1 = 1 - MathF.Pow(0.9f, step);
        float correct2 = 1 - MathF.Pow(0.99f, step);
        for (int i = 0; i < values.Length; i++)
        {
            first[i] += 0.1f * (gradients[i] - first[i]);
            second[i] += 0.01f * ((gradients[i] * gradients[i]) - second[i]);
            values[i] -= rate * first[i] / correct1 / (MathF.Sqrt(second[i] / correct2) + 1e-8f);
        }
    }
}
