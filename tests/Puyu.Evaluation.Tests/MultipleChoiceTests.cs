using System.Globalization;
using Puyu.Abstractions;

namespace Puyu.Evaluation.Tests;

public class MultipleChoiceTests
{
    /// <summary>Four choices, each the best by one way of comparing.</summary>
    [Fact]
    public void Evaluate_ComparesInFourWays()
    {
        var question = new MultipleChoiceQuestion("q", "prompt", ["a", "bb b bb", "looooooong", "dddd"], Answer: 1);
        var model = new ScriptedModel((prompt, choice) => (prompt, choice) switch
        {
            ("prompt", "a") => -3,            // largest sum
            ("prompt", "bb b bb") => -6,      // largest a token: −2
            ("prompt", "looooooong") => -5,   // largest a byte: −0.5
            ("prompt", "dddd") => -20,        // raised most: by 10
            ("", "dddd") => -30,
            _ => -4,
        });

        MultipleChoiceReport report = MultipleChoice.Evaluate(model, [question], null, CancellationToken.None);

        Assert.Equal(
            new QuestionOutcome("q", 1, BySum: 0, ByToken: 1, ByByte: 2, ByInformation: 3), report.Outcomes[0]);
        Assert.Equal(0.25, report.Chance);
        Assert.Equal([0, 1, 0, 0], new[] { report.BySum, report.ByToken, report.ByByte, report.ByInformation }.Select(
            estimate => estimate.Value));
    }

    [Fact]
    public void Evaluate_ComparesWithTheNeutralPrompt_WhereThereIsOne()
    {
        var question = new MultipleChoiceQuestion("q", "prompt", ["a", "b"], Answer: 1) { NeutralPrompt = "neutral" };
        var model = new ScriptedModel((prompt, choice) => (prompt, choice) switch
        {
            ("prompt", "a") => -3,
            ("neutral", "a") => -3,
            ("prompt", "b") => -8,
            ("neutral", "b") => -10,
            _ => throw new ArgumentException($"{prompt}|{choice} was not to be asked"),
        });

        MultipleChoiceReport report = MultipleChoice.Evaluate(model, [question], null, CancellationToken.None);

        Assert.Equal((0, 1), (report.Outcomes[0].BySum, report.Outcomes[0].ByInformation));
    }

    [Fact]
    public void Evaluate_MatchesScoresToQuestions_AcrossBatches()
    {
        MultipleChoiceQuestion[] questions = [.. Enumerable.Range(0, 100).Select(i => new MultipleChoiceQuestion(
            $"{i}", $"{i}:", [.. Enumerable.Range(0, 2 + (i % 3)).Select(choice => $"{choice}")], i % 2))];
        static int Number(string prompt) => int.Parse(prompt[..^1], CultureInfo.InvariantCulture);
        var model = new ScriptedModel(
            (prompt, choice) => prompt.Length > 0 && Number(prompt) % 2 == choice[0] - '0' ? -1 : -2);

        MultipleChoiceReport report = MultipleChoice.Evaluate(model, questions, null, CancellationToken.None);

        Assert.All(report.Outcomes, outcome => Assert.Equal(outcome.Answer, outcome.BySum));
        Assert.Equal(100, report.BySum.Count);
        Assert.Equal(4, model.Asked.Count(asked => asked.Prompt.Length == 0)); // each distinct choice once
        Assert.Equal(((34 / 2.0) + (33 / 3.0) + (33 / 4.0)) / 100, report.Chance, 12);
    }

    [Fact]
    public void Evaluate_NamesTheQuestionAtFault()
    {
        var model = new ScriptedModel((_, _) => double.NaN);
        static string Message<T>(ScriptedModel model, int answer, params string[] choices)
            where T : Exception
        {
            MultipleChoiceQuestion[] questions = [new("q", "", choices, answer)];
            var problem = Assert.Throws<T>(
                () => MultipleChoice.Evaluate(model, questions, null, CancellationToken.None));
            return problem.Message;
        }

        Assert.StartsWith(
            "the score of choice 0 of question q is NaN", Message<InvalidOperationException>(model, 0, "a", "b"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "question q has 1 choices", Message<ArgumentException>(model, 0, "a"), StringComparison.Ordinal);
        Assert.StartsWith(
            "question q has 2 choices and answer 2", Message<ArgumentException>(model, 2, "a", "b"),
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MultipleChoice.Evaluate(model, [], null, CancellationToken.None));
    }

    /// <summary>Goldens: binomial tails by hand, e.g. 2 (1 + 10) / 2¹⁰.</summary>
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(9, 1, 22.0 / 1024)]
    [InlineData(1, 9, 22.0 / 1024)]
    [InlineData(0, 10, 2.0 / 1024)]
    public void SignTest_IsTheExactBinomialTail(int b, int c, double p) =>
        Assert.Equal(p, PairedComparison.SignTest(b, c), 12);

    [Fact]
    public void SignTest_DoesNotUnderflow_ForManyQuestions()
    {
        // Normal approximation with continuity correction: |5100 − 4900| − 1 = 199 = 1.99 σ, p = 0.0466.
        Assert.Equal(0.0466, PairedComparison.SignTest(4900, 5100), 3);
    }

    [Fact]
    public void Compare_CountsTheFourCases()
    {
        bool[] first = [true, true, false, false, true];
        bool[] second = [true, false, true, false, true];

        var comparison = PairedComparison.Of(first, second, seed: 1);

        Assert.Equal((2, 1, 1, 1), (comparison.Both, comparison.OnlyFirst, comparison.OnlySecond, comparison.Neither));
        Assert.Equal((0, 1), (comparison.Difference.Value, comparison.PValue));
        Assert.True(comparison.Difference.Low < 0 && comparison.Difference.High > 0, $"{comparison.Difference}");
        Assert.Throws<ArgumentException>(() => PairedComparison.Of(first, [true], 1));
    }
}
