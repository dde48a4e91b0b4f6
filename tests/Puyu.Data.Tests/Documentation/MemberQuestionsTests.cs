using Puyu.Abstractions;
using Puyu.Data.Documentation;

namespace Puyu.Data.Tests.Documentation;

public class MemberQuestionsTests
{
    private static readonly Document[] _documents =
    [
        .. Enumerable.Range(0, 40).Select(i => Member($"M:A.B.M{i % 30}({i})", $"Does thing {i % 20}.")),
        .. Enumerable.Range(0, 5).Select(i => Member($"P:A.B.P{i}", $"The part {i}.")),
        .. Enumerable.Range(0, 3).Select(i => Member($"E:A.B.E{i}", $"Raised at {i}.")),
        new Document("plain", "plain"),
    ];

    [Fact]
    public void MultipleChoice_HasOneRightAndThreeDifferentOfTheSameKind()
    {
        IReadOnlyList<MultipleChoiceQuestion> questions = MemberQuestions.MultipleChoice(_documents, 1000, seed: 1);

        // Three events are too few for a question with four choices.
        Assert.Equal(45, questions.Count);
        Assert.Equal(45, questions.Select(question => question.Id).Distinct().Count());
        Assert.All(questions, question =>
        {
            DocumentedMember member = DocumentedMember.Of(_documents.Single(document => document.Id == question.Id))!;
            Assert.Equal(member.Heading, question.Prompt);
            Assert.Equal(member.Summary, question.Choices[question.Answer]);
            Assert.Equal(4, question.Choices.Distinct().Count());
            Assert.All(question.Choices, choice => Assert.Equal(member.Summary[..4], choice[..4]));
        });
        Assert.Equal(4, questions.Select(question => question.Answer).Distinct().Count());
    }

    [Fact]
    public void MultipleChoice_IsTheSame_ForTheSameSeedOnly()
    {
        string Draw(ulong seed) => string.Join('|', MemberQuestions.MultipleChoice(_documents, 10, seed)
            .Select(question => $"{question.Id}{question.Answer}{string.Join(',', question.Choices)}"));

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void Pairs_AskAboutTheMember_InSeveralPhrasings()
    {
        var member = new DocumentedMember(
            "M:System.String.Trim(System.Char)", "Removes.", [new DocumentedParameter("trimChar", "The char.")],
            "The rest.");

        QuestionAnswer[] pairs =
            [.. Enumerable.Range(0, 200).SelectMany(seed => MemberQuestions.Pairs(member, (ulong)seed))];

        Assert.Equal(400, pairs.Length);
        Assert.All(pairs, pair => Assert.Contains("String.Trim(Char)", pair.Question, StringComparison.Ordinal));
        Assert.Equal(["Removes.", "The char.", "The rest."], pairs.Select(pair => pair.Answer).Distinct().Order());
        Assert.Equal(20, pairs.Select(pair => pair.Question).Distinct().Count());
        Assert.Contains(new QuestionAnswer("What does String.Trim(Char) do?", "Removes."), pairs);
        Assert.Contains(new QuestionAnswer("What does System.String.Trim(Char) do?", "Removes."), pairs);
        Assert.Contains(new QuestionAnswer("What do I pass as trimChar to String.Trim(Char)?", "The char."), pairs);
    }

    [Theory]
    [InlineData("M:System.String.Trim", "What does System.String.Trim() do?", "What does it do?")]
    [InlineData("T:System.String", "What is System.String?", "What is it?")]
    public void Question_AsksByTheFullName(string id, string question, string neutral)
    {
        var member = new DocumentedMember(id, "A summary.", [], "");

        Assert.Equal((question, neutral), (MemberQuestions.Question(member), MemberQuestions.NeutralQuestion(member)));
    }

    private static Document Member(string id, string summary) => new DocumentedMember(id, summary, [], "").ToDocument();
}
