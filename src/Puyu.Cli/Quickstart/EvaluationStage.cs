using System.Text;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Data;
using Puyu.Data.Documentation;
using Puyu.Evaluation;
using Puyu.Inference;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Quickstart;

/// <summary>What the two models can do on documents that neither has seen.</summary>
/// <param name="corpus">The documents.</param>
/// <param name="seed">Seed of the questions and of the bootstrap.</param>
/// <param name="threads">Threads that compute.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class EvaluationStage(Corpus corpus, ulong seed, int threads, CancellationToken cancellation)
{
    private const int MaxQuestions = 1000;
    private const int SampleCount = 6;

    /// <summary>Measures bits per byte and multiple choice, and asks a few questions.</summary>
    public EvaluationResults Run(string baseFolder, string chatFolder)
    {
        using LocalLanguageModel pretrained = Load(baseFolder);
        using LocalLanguageModel fineTuned = Load(chatFolder);
        return new EvaluationResults
        {
            HeldOut = Compression(pretrained, "random members", corpus.HeldOut)!,
            HeldOutNamespace = Compression(pretrained, "unseen namespace", corpus.HeldOutNamespace),
            HeldOutChoice = Choices(pretrained, fineTuned, "random members", corpus.HeldOut),
            NamespaceChoice = Choices(pretrained, fineTuned, "unseen namespace", corpus.HeldOutNamespace),
            Samples = Samples(fineTuned, corpus.HeldOut),
        };
    }

    private LocalLanguageModel Load(string folder) => LocalLanguageModel.Load(
        folder, LocalLanguageModel.ScoringOptions with { Threads = threads }, TimeProvider.System);

    private CompressionFacts? Compression(ILanguageModel model, string name, IReadOnlyList<Document> documents)
    {
        if (documents.Count == 0)
        {
            return null;
        }

        string[] texts = [.. documents.Select(document => document.Text)];
        BitsPerByteReport report = Terminal.Progress(
            $"bits per byte, {name}", texts.Length, progress => BitsPerByte.Evaluate(
                model, texts, seed, new Terminal.Relay<int>(done => progress(done)), cancellation));
        byte[] whole = Encoding.UTF8.GetBytes(string.Join('\n', texts));
        return new CompressionFacts(
            texts.Length, report.Bytes, report.Tokens, report.BitsPerByte, Compressors.Gzip(whole),
            Compressors.Xz(whole));
    }

    /// <summary>
    /// The same questions to both models in a conversation, and to the pre-trained one also in the form it was trained
    /// on, as the heading of a document.
    /// </summary>
    private ChoiceFacts? Choices(
        ILanguageModel pretrained, ILanguageModel fineTuned, string name, IReadOnlyList<Document> documents)
    {
        IReadOnlyList<MultipleChoiceQuestion> headings = MemberQuestions.MultipleChoice(documents, MaxQuestions, seed);
        if (headings.Count == 0)
        {
            return null;
        }

        Dictionary<string, DocumentedMember> members = documents.Select(DocumentedMember.Of)
            .OfType<DocumentedMember>().DistinctBy(member => member.Id).ToDictionary(member => member.Id);
        MultipleChoiceQuestion[] questions =
            [.. headings.Select(heading => AsConversation(heading, members[heading.Id]))];
        MultipleChoiceReport document = Ask(pretrained, $"choices, {name}, pre-trained, headings", headings);
        MultipleChoiceReport before = Ask(pretrained, $"choices, {name}, pre-trained, questions", questions);
        MultipleChoiceReport after = Ask(fineTuned, $"choices, {name}, fine-tuned, questions", questions);
        return new ChoiceFacts(
            questions.Length, before.Chance, before.ByInformation, document.ByInformation, after.ByInformation,
            after.ByToken, PairedComparison.Of(Right(before), Right(after), seed),
            PairedComparison.Of(Right(document), Right(after), seed));

        static bool[] Right(MultipleChoiceReport report) =>
            [.. report.Outcomes.Select(outcome => outcome.ByInformation == outcome.Answer)];
    }

    private MultipleChoiceReport Ask(
        ILanguageModel model, string title, IReadOnlyList<MultipleChoiceQuestion> questions) =>
        Terminal.Progress(title, questions.Count, progress => MultipleChoice.Evaluate(
            model, questions, new Terminal.Relay<int>(done => progress(done)), cancellation));

    private static MultipleChoiceQuestion AsConversation(MultipleChoiceQuestion question, DocumentedMember member) =>
        question with
        {
            Prompt = ChatPrompt(MemberQuestions.Question(member)),
            NeutralPrompt = ChatPrompt(MemberQuestions.NeutralQuestion(member)),
        };

    private static string ChatPrompt(string question) =>
        ChatTemplate.InternLm2.RenderPrompt([new ChatMessage("user", question)]);

    private List<SampleAnswer> Samples(LocalLanguageModel model, IReadOnlyList<Document> documents)
    {
        List<SampleAnswer> samples = [];
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 80 };
        IEnumerable<DocumentedMember> members = documents.Select(DocumentedMember.Of).OfType<DocumentedMember>();
        foreach (DocumentedMember member in members.Take(SampleCount))
        {
            string question = MemberQuestions.Question(member);
            IAsyncEnumerable<string> pieces = model.GenerateAsync(ChatPrompt(question), options, cancellation);
            string answer = string.Concat(pieces.ToBlockingEnumerable(cancellation));
            samples.Add(new SampleAnswer(question, answer, member.Summary));
        }

        return samples;
    }
}
