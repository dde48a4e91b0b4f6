using Puyu.Abstractions;

namespace Puyu.Evaluation;

/// <summary>Lets a model choose among completions by the log-probability it gives them.</summary>
public static class MultipleChoice
{
    private const int QuestionsPerBatch = 16;

    /// <summary>Asks every question.</summary>
    /// <param name="model">The model under test.</param>
    /// <param name="questions">At least one.</param>
    /// <param name="progress">Told how many questions are done; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">There are no questions, or one is malformed.</exception>
    /// <exception cref="InvalidOperationException">The model's log-probability of a choice is not a number.</exception>
    public static MultipleChoiceReport Evaluate(
        ILanguageModel model, IReadOnlyList<MultipleChoiceQuestion> questions, IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(questions);
        Validate(questions);
        var outcomes = new List<QuestionOutcome>();
        var unconditional = new Dictionary<(string Prompt, string Choice), double>();
        foreach (MultipleChoiceQuestion[] batch in questions.Chunk(QuestionsPerBatch))
        {
            ScoreUnconditional(model, batch, unconditional, cancellationToken);
            IReadOnlyList<CompletionScore> scores = model.Score(
                [.. batch.SelectMany(question => question.Choices.Select(choice => (question.Prompt, choice)))],
                cancellationToken);
            int first = 0;
            foreach (MultipleChoiceQuestion question in batch)
            {
                outcomes.Add(Choose(question, [.. scores.Skip(first).Take(question.Choices.Count)], unconditional));
                first += question.Choices.Count;
            }

            progress?.Report(outcomes.Count);
        }

        return new MultipleChoiceReport(outcomes, questions.Average(question => 1.0 / question.Choices.Count));
    }

    /// <summary>Scores the choices after the neutral prompt, each once however many questions have it.</summary>
    private static void ScoreUnconditional(
        ILanguageModel model, MultipleChoiceQuestion[] questions, Dictionary<(string, string), double> unconditional,
        CancellationToken cancellationToken)
    {
        (string Prompt, string Choice)[] requests = [.. questions
            .SelectMany(question => question.Choices.Select(choice => (question.NeutralPrompt, choice)))
            .Distinct()
            .Where(request => !unconditional.ContainsKey(request))];
        IReadOnlyList<CompletionScore> scores = model.Score(requests, cancellationToken);
        for (int i = 0; i < requests.Length; i++)
        {
            unconditional.Add(requests[i], scores[i].LogProbability);
        }
    }

    private static QuestionOutcome Choose(
        MultipleChoiceQuestion question, CompletionScore[] scores,
        Dictionary<(string Prompt, string Choice), double> unconditional)
    {
        return new QuestionOutcome(
            question.Id,
            question.Answer,
            Largest(question, i => scores[i].LogProbability),
            Largest(question, i => scores[i].LogProbability / scores[i].Tokens),
            Largest(question, i => scores[i].LogProbability / scores[i].Bytes),
            Largest(question, i => scores[i].LogProbability
                - unconditional[(question.NeutralPrompt, question.Choices[i])]));
    }

    /// <summary>Index of the choice with the largest score, the first of equals.</summary>
    private static int Largest(MultipleChoiceQuestion question, Func<int, double> score)
    {
        int largest = 0;
        for (int i = 0; i < question.Choices.Count; i++)
        {
            if (double.IsNaN(score(i)))
            {
                throw new InvalidOperationException(
                    $"the score of choice {i} of question {question.Id} is NaN but must be a number");
            }

            largest = score(i) > score(largest) ? i : largest;
        }

        return largest;
    }

    private static void Validate(IReadOnlyList<MultipleChoiceQuestion> questions)
    {
        if (questions.Count == 0)
        {
            throw new ArgumentException("there are 0 questions but must be at least one");
        }

        foreach (MultipleChoiceQuestion question in questions)
        {
            if (question.Choices.Count < 2 || question.Answer < 0 || question.Answer >= question.Choices.Count
                || question.Choices.Any(choice => choice.Length == 0))
            {
                throw new ArgumentException(
                    $"question {question.Id} has {question.Choices.Count} choices and answer {question.Answer} but "
                    + "must have at least two choices, none empty, and the answer among them");
            }
        }
    }
}

/// <summary>What a model chose, by each way of comparing completions.</summary>
/// <param name="Id">The question.</param>
/// <param name="Answer">Index of the right choice.</param>
/// <param name="BySum">Choice with the largest log-probability; favours short completions.</param>
/// <param name="ByToken">Choice with the largest log-probability a token.</param>
/// <param name="ByByte">Choice with the largest log-probability a byte; does not depend on the tokenizer.</param>
/// <param name="ByInformation">
/// Choice whose log-probability the prompt raises most, log p(choice | prompt) − log p(choice): pointwise mutual
/// information. Source: Holtzman et al., Surface Form Competition, 2021 (arXiv:2104.08315).
/// </param>
public sealed record QuestionOutcome(string Id, int Answer, int BySum, int ByToken, int ByByte, int ByInformation);

/// <summary>The outcomes of a set of questions.</summary>
/// <param name="Outcomes">One a question, in their order.</param>
/// <param name="Chance">Accuracy of guessing.</param>
public sealed record MultipleChoiceReport(IReadOnlyList<QuestionOutcome> Outcomes, double Chance)
{
    /// <summary>Accuracy by log-probability.</summary>
    public Estimate BySum => Accuracy(outcome => outcome.BySum);

    /// <summary>Accuracy by log-probability a token.</summary>
    public Estimate ByToken => Accuracy(outcome => outcome.ByToken);

    /// <summary>Accuracy by log-probability a byte.</summary>
    public Estimate ByByte => Accuracy(outcome => outcome.ByByte);

    /// <summary>Accuracy by pointwise mutual information.</summary>
    public Estimate ByInformation => Accuracy(outcome => outcome.ByInformation);

    private Estimate Accuracy(Func<QuestionOutcome, int> chosen) =>
        Estimate.OfProportion(Outcomes.Count(outcome => chosen(outcome) == outcome.Answer), Outcomes.Count);
}
