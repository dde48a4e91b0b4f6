using Puyu.Inference.Sampling;

namespace Puyu.Inference.Tests.Sampling;

public class LogitSelectionTests
{
    public static TheoryData<string, float[]> Orders => new()
    {
        { "random", Numbers.Uniform(1003, seed: 4) },
        { "ascending", [.. Numbers.Uniform(1003, seed: 4).Order()] },
        { "descending", [.. Numbers.Uniform(1003, seed: 4).OrderDescending()] },
        { "equal", [.. Enumerable.Repeat(0.5f, 1003)] },
        { "few values", [.. Numbers.Uniform(1003, seed: 4).Select(x => MathF.Round(3 * x))] },
        { "mostly banned", [.. Numbers.Uniform(1003, seed: 4).Select(x => x > 0.97f ? x : float.NegativeInfinity)] },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Largest_AreTheFirstOfTheSortedLogits(string order, float[] logits)
    {
        foreach (int count in (ReadOnlySpan<int>)[1, 2, 50, 700, 1003])
        {
            int[] expected = [.. Enumerable.Range(0, logits.Length)
                .Where(token => !float.IsNegativeInfinity(logits[token]))
                .OrderByDescending(token => logits[token]).Take(count).Order()];
            var buffer = new Candidate[LogitSelection.BufferLength(count, logits.Length)];

            int[] actual = [.. LogitSelection.Largest(logits, count, buffer).ToArray()
                .Select(candidate => candidate.TokenId).Order()];

            Assert.True(expected.SequenceEqual(actual), $"{count} of {order}");
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void AtLeast_AreThoseNotBelowTheBound(string order, float[] logits)
    {
        foreach (float bound in (ReadOnlySpan<float>)[float.NegativeInfinity, 0, 0.5f, 2])
        {
            IEnumerable<Candidate> expected = logits.Select((logit, token) => new Candidate(token, logit))
                .Where(candidate => candidate.Weight >= bound && !float.IsNegativeInfinity(candidate.Weight));

            Candidate[] actual = LogitSelection.AtLeast(logits, bound, new Candidate[logits.Length]).ToArray();

            Assert.True(expected.SequenceEqual(actual), $"{order} from {bound}");
        }
    }
}
