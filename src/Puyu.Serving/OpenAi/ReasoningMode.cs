using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Whether the completion of a prompt has reasoning to be told from the answer.</summary>
internal enum ReasoningMode
{
    /// <summary>No reasoning is looked for.</summary>
    Off,

    /// <summary>The completion may begin with a mark of reasoning.</summary>
    Possible,

    /// <summary>The completion begins within reasoning.</summary>
    Open,
}

/// <summary>Finds out where a completion begins.</summary>
internal static class ReasoningModes
{
    /// <summary>Tokens at the end of a prompt in which the mark that begins reasoning would stand.</summary>
    private const int TailTokens = 16;

    /// <summary>The mode of a request.</summary>
    /// <param name="call">The request; knows the server's parser.</param>
    /// <param name="body">Its body: <c>enable_thinking</c>, itself or in <c>chat_template_kwargs</c>, may be false.
    /// </param>
    /// <param name="prompt">The prompt with its template.</param>
    public static ReasoningMode Of(InferenceCall call, Fields body, IReadOnlyList<int> prompt)
    {
        bool isWanted = (body.Flag("enable_thinking")
            ?? body.Object("chat_template_kwargs")?.Flag("enable_thinking")) != false;
        if (call.Reasoning == ReasoningParser.None || !isWanted)
        {
            return ReasoningMode.Off;
        }

        int[] tail = [.. prompt.Skip(Math.Max(prompt.Count - TailTokens, 0))];
        return call.Reasoning == ReasoningParser.DeepSeekR1
            || call.Engine.Decode(tail).TrimEnd().EndsWith(ReasoningReader.Begin, StringComparison.Ordinal)
                ? ReasoningMode.Open
                : ReasoningMode.Possible;
    }

    /// <summary>Holds what follows the reasoning to a constraint; null stays null.</summary>
    public static OutputConstraint? Apply(this ReasoningMode mode, OutputConstraint? constraint) =>
        constraint is null || mode == ReasoningMode.Off
            ? constraint
            : new OutputConstraint.AfterReasoning(
                ReasoningReader.Begin, ReasoningReader.End, mode == ReasoningMode.Open, constraint);
}
