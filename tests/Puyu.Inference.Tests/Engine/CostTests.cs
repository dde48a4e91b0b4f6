using Puyu.Abstractions.Engine;
using Puyu.Inference.Adapters;
using Puyu.Inference.Constraints;
using Puyu.Inference.Engine;
using Puyu.Inference.Sampling;
using Puyu.Inference.Tests.Support;
using Puyu.Models;

namespace Puyu.Inference.Tests.Engine;

public class CostTests
{
    [Fact]
    public void Step_AllocatesLittleMoreThanItsUpdates()
    {
        EngineModel model = Model();
        using var adapters = new AdapterTable();
        using var core = new EngineCore(
            model, TinyEngine.Options() with { UpdateBuffer = 10_000 }, new SessionTable(1), adapters,
            new EngineCounters(), TimeProvider.System);
        Add(core, model, prompt: 40, tokens: 1000);
        Add(core, model, prompt: 50, tokens: 1000);
        Steps(core, 300);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Steps(core, 200);
        double bytesPerToken = (GC.GetAllocatedBytesForCurrentThread() - before) / 400.0;

        // An update is a record of a few dozen bytes with a text and a list of one id.
        Assert.InRange(bytesPerToken, 1, 400);
    }

    [Fact]
    public void Step_TakesNoMoreTokensThanItMay_WhenALongPromptArrives()
    {
        EngineModel model = Model();
        using var adapters = new AdapterTable();
        var counters = new EngineCounters();
        using var core = new EngineCore(
            model, TinyEngine.Options() with { UpdateBuffer = 10_000, TokensPerStep = 64 }, new SessionTable(1),
            adapters, counters, TimeProvider.System);
        for (int i = 0; i < 4; i++)
        {
            Add(core, model, prompt: 10, tokens: 500);
        }

        Steps(core, 5);
        Sequence late = Add(core, model, prompt: 1000, tokens: 5);
        long before = counters.Read().CompletionTokens;
        int steps = 0;
        while (late.CompletionLength == 0)
        {
            Steps(core, 1);
            steps++;
        }

        // 60 tokens of the prompt a step, and each step a token of each of the others.
        Assert.Equal(17, steps);
        Assert.Equal((4 * 17) + 1, counters.Read().CompletionTokens - before);
    }

    private static EngineModel Model() => new(
        "tiny",
        backend =>
        {
            Decoder decoder = Decoder.Create(TinyEngine.Config, backend);
            decoder.Initialize(seed: 1);
            return decoder;
        },
        TinyModel.Tokenizer, chatTemplate: null);

    private static Sequence Add(EngineCore core, EngineModel model, int prompt, int tokens)
    {
        int[] ids = TinyEngine.Prompt(prompt, tokens + prompt);
        CompletionRequest request = TinyEngine.Request(ids, tokens);
        var completion = new Completion(request, ids, updateBuffer: 10_000) { StopIds = [] };
        var sequence = new Sequence(ids, default, priority: 0, arrival: prompt)
        {
            Choice = new Choice(completion, 0, core.Texts),
            Sampler = new SequenceSampler(request.Sampling, new TokenVocabulary(model.Tokenizer), []),
        };
        completion.Sequences = [sequence];
        core.Completions.Enqueue();
        core.Completions.Add(completion);
        return sequence;
    }

    private static void Steps(EngineCore core, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(core.Step());
        }
    }
}
