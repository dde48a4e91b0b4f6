namespace Puyu.Serving;

/// <summary>How a server tells a model's reasoning from its answer.</summary>
public enum ReasoningParser
{
    /// <summary>Not at all: everything is the answer.</summary>
    None,

    /// <summary>
    /// Reasoning stands between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> at the beginning; the chat template may
    /// have begun it in the prompt.
    /// </summary>
    Think,

    /// <summary>As <see cref="Think"/>, but a completion always begins with reasoning, even without the mark.</summary>
    DeepSeekR1,
}
