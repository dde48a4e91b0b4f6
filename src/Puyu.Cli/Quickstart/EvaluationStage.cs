using System.Text;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Data;
using Puyu.Data.Documentation;
using Puyu.Evaluation;
using Puyu.Inference;
using Puyu.Tensors;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Quickstart;

/// <summary>What the two models can do on documents that neither has seen.</summary>
internal static class EvaluationStage
{
    private const int MaxQuestions = 1000;
    private const int SampleCount = 6;

    /// <summary>Measures bits per byte and multiple choice, and asks a few questions.</summary>
    public static EvaluationResults Run(
        Corpus corpus, string baseFolder, string chatFolder, Backend backend, ulong seed, CancellationToken cancellation)
    {
        using LocalLanguageModel pretrained = LocalLanguageModel.Load(baseFolder, backend);
        using LocalLanguageModel fineTuned = LocalLanguageModel.Load(chatFolder, backend);
        return new EvaluationResults
        {
            HeldOut = Compression(pretrained, "random members", corpus.HeldOut, seed, cancellation)
                ?? throw new InvalidDataException("no document is held out, so there is nothing to measure with; give more documents"),
            HeldOutNamespace = Compression(pretrained, "unseen namespace", corpus.HeldOutNamespace, seed, cancellation),
            HeldOutChoice = Choices(pretrained, fineTuned, "random members", corpus.HeldOut, seed, cancellation),
            NamespaceChoice = Choices(pretrained, fineTuned, "unseen namespace", corpus.HeldOutNamespace, seed, cancellation),
            Samples = Samples(fineTuned, corpus.HeldOut, cancellation),
        };
    }

    private static CompressionFacts? Compression(
        ILanguageModel model, string name, IReadOnlyList<Document> documents, ulong seed, CancellationToken cancellation)
    {
        if (documents.Count == 0)
        {
            return null;
        }

        BitsPerByteReport report = Terminal.Progress($"bits per byte, {name}", documents.Count, progress => BitsPerByte.Evaluate(
            model, [.. documents.Select(document => document.Text)], seed, new Terminal.Relay<int>(done => progress(done)),
            cancellation));
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(documents.Select(document => document.Text)));
        return new CompressionFacts(
            documents.Count, report.Bytes, report.Tokens, report.BitsPerByte, Compressors.Gzip(text), Compressors.Xz(text));
    }

    /// <summary>
    /// The same questions to both models, each in the form it was trained on: the pre-trained one continues the heading
    /// of a document, the fine-tuned one answers in a conversation.
    /// </summary>
    private static ChoiceFacts? Choices(
        ILanguageModel pretrained, ILanguageModel fineTuned, string name, IReadOnlyList<Document> documents, ulong seed,
        CancellationToken cancellation)
    {
        IReadOnlyList<MultipleChoiceQuestion> questions = MemberQuestions.MultipleChoice(documents, MaxQuestions, seed);
        if (questions.Count == 0)
        {
            return null;
        }

        var members = documents.ToDictionary(document => document.Id, document => document.Member!);
        MultipleChoiceReport before = Ask(pretrained, $"choices, {name}, pre-trained", questions, cancellation);
        MultipleChoiceReport after = Ask(
            fineTuned, $"choices, {name}, fine-tuned",
            [.. questions.Select(question => AsConversation(question, members[question.Id], seed))], cancellation);
        return new ChoiceFacts(
            questions.Count, before.Chance, before.ByInformation, before.ByToken, after.ByInformation, after.ByToken,
            PairedComparison.Of(Right(before), Right(after), seed));

        static bool[] Right(MultipleChoiceReport report) =>
            [.. report.Outcomes.Select(outcome => outcome.ByInformation == outcome.Answer)];
    }

    private static MultipleChoiceReport Ask(
        ILanguageModel model, string title, IReadOnlyList<MultipleChoiceQuestion> questions, CancellationToken cancellation) =>
        Terminal.Progress(title, questions.Count, progress => MultipleChoice.Evaluate(
            model, questions, new Terminal.Relay<int>(done => progress(done)), cancellation));

    private static MultipleChoiceQuestion AsConversation(MultipleChoiceQuestion question, DocumentedMember member, ulong seed) =>
        question with
        {
            Prompt = ChatPrompt(MemberQuestions.Pairs(member, seed).First().Question),
        };

    private static string ChatPrompt(string question) =>
        ChatTemplate.InternLm2.RenderPrompt([new ChatMessage("user", question)]);

    private static List<SampleAnswer> Samples(
        ILanguageModel model, IReadOnlyList<Document> documents, CancellationToken cancellation)
    {
        List<SampleAnswer> samples = [];
        var options = new SamplingOptions { Temperature = 0, MaxTokens = 80 };
        foreach (DocumentedMember member in documents.Select(document => document.Member).OfType<DocumentedMember>().Take(SampleCount))
        {
            QuestionAnswer pair = MemberQuestions.Pairs(member, seed: 0).First();
            var answer = new StringBuilder();
            foreach (string piece in model.GenerateAsync(ChatPrompt(pair.Question), options, cancellation).ToBlockingEnumerable(cancellation))
            {
                answer.Append(piece);
            }

            samples.Add(new SampleAnswer(pair.Question, answer.ToString(), pair.Answer));
        }

        return samples;
    }
}
