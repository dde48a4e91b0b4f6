using Puyu.Abstractions;

namespace Puyu.Inference.Tests.Support;

/// <summary>What the documentation of the options says, with sorting and doubles.</summary>
internal static class SamplingReference
{
    public static double[] Distribution(float[] logits, SamplingOptions options, int[] history, int promptLength)
    {
        double[] adjusted = [.. logits.Select((logit, token) => Adjusted(logit, token, options, history, promptLength))];
        List<int> left = [.. Enumerable.Range(0, logits.Length).OrderByDescending(token => adjusted[token])
            .Take(options.TopK ?? logits.Length)];
        double[] p = new double[logits.Length];
        double sum = left.Sum(token => Math.Exp(adjusted[token] / options.Temperature));
        left.ForEach(token => p[token] = Math.Exp(adjusted[token] / options.Temperature) / sum);
        if (options.TypicalP < 1)
        {
            double entropy = -left.Sum(token => p[token] * Math.Log(p[token]));
            left = Nucleus([.. left.OrderBy(token => Math.Abs(-Math.Log(p[token]) - entropy))], p, options.TypicalP);
            left = [.. left.OrderByDescending(token => p[token])];
        }

        left = options.TopP < 1 ? Nucleus(left, p, options.TopP * left.Sum(token => p[token])) : left;
        left = [.. left.Where(token => p[token] >= options.MinP * left.Max(other => p[other]))];
        double total = left.Sum(token => p[token]);
        return [.. logits.Select((_, token) => left.Contains(token) ? p[token] / total : 0)];
    }

    private static double Adjusted(
        float logit, int token, SamplingOptions options, int[] history, int promptLength)
    {
        double adjusted = logit + (options.LogitBias.TryGetValue(token, out float bias) ? bias : 0);
        if (history.Contains(token))
        {
            adjusted = adjusted > 0 ? adjusted / options.RepetitionPenalty : adjusted * options.RepetitionPenalty;
        }

        int count = history.Skip(promptLength).Count(other => other == token);
        return adjusted - (options.FrequencyPenalty * count) - (count > 0 ? options.PresencePenalty : 0);
    }

    /// <summary>The first tokens whose probabilities reach a mass.</summary>
    private static List<int> Nucleus(List<int> tokens, double[] p, double mass)
    {
        double cumulative = 0;
        return [.. tokens.TakeWhile(token => (cumulative += p[token]) - p[token] < mass)];
    }
}
