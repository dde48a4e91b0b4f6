using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Completes plain text: <c>/v1/completions</c>.</summary>
internal static class CompletionRoute
{
    public static Task AnswerAsync(InferenceCall call, Fields body)
    {
        CompletionQuery query = CompletionQuery.Read(call, body);
        return query.Streams ? StreamAsync(call, query) : ReplyAsync(call, query);
    }

    private static async Task StreamAsync(InferenceCall call, CompletionQuery query)
    {
        await using EventStream events = call.OpenEvents();
        var writer = new CompletionWriter(query, call.Time.GetUtcNow().ToUnixTimeSeconds());
        await events.RunAsync(async _ =>
        {
            await foreach ((int prompt, CompletionUpdate update) in CompleteAsync(call, query))
            {
                await events.WriteAsync(
                    (writer, prompt, update),
                    static (json, chunk) => chunk.writer.WriteChunk(json, chunk.prompt, chunk.update));
            }

            if (query.IncludesUsage)
            {
                await events.WriteAsync(writer, static (json, writer) => writer.WriteUsage(json));
            }

            await events.EndAsync();
        });
    }

    private static async Task ReplyAsync(InferenceCall call, CompletionQuery query)
    {
        var writer = new CompletionWriter(query, call.Time.GetUtcNow().ToUnixTimeSeconds());
        var choices = new CompletionChoice[query.Completions.Count * query.Choices];
        for (int i = 0; i < choices.Length; i++)
        {
            choices[i] = new CompletionChoice();
        }

        await foreach ((int prompt, CompletionUpdate update) in CompleteAsync(call, query))
        {
            choices[(prompt * query.Choices) + update.Choice].Add(update);
            writer.Usage.Add(update, prompt);
        }

        await call.ReplyAsync((writer, choices), static (json, answer) =>
            answer.writer.WriteAnswer(json, answer.choices));
    }

    /// <summary>The updates of all prompts; where only a prompt's scores are wanted, without what was drawn.</summary>
    private static async IAsyncEnumerable<(int Prompt, CompletionUpdate Update)> CompleteAsync(
        InferenceCall call, CompletionQuery query)
    {
        IReadOnlyList<IAsyncEnumerable<CompletionUpdate>> streams = [.. query.Completions.Select(call.CompleteAsync)];
        await foreach ((int prompt, CompletionUpdate update) in UpdateMerge.MergeAsync(streams, call.Cancellation))
        {
            yield return (prompt, query.PromptOnly
                ? update with { Text = "", TokenIds = [], Scores = [] }
                : update);
        }
    }
}
