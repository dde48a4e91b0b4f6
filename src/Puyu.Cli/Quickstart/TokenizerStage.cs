using System.Text;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data;
using Puyu.Data.Documentation;
using Puyu.Data.Tokens;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Cli.Quickstart;

/// <summary>A tokenizer learned from the training documents, and everything in its ids.</summary>
internal static class TokenizerStage
{
    private static readonly string[] _specialTokens = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Learns the tokenizer and writes it as tokenizer.json.</summary>
    public static Tokenizer Learn(QuickstartFolder folder, Corpus corpus, QuickstartOptions options)
    {
        var training = new BpeTrainingOptions
        {
            VocabSize = options.VocabSize,
            SpecialTokens = _specialTokens,
            BosToken = "<s>",
            EosToken = "</s>",
            PadToken = "</s>",
        };
        IEnumerable<ReadOnlyMemory<byte>> documents = corpus.Training.Select(
            document => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(document.Text));
        ByteLevelBpeTokenizer tokenizer = Terminal.Progress(
            "learning the tokenizer", training.VocabSize, progress => BpeTrainer.Train(
                documents, training, new Terminal.Relay<TrainingProgress>(done => progress(done.Merges))));

        Directory.CreateDirectory(folder.Tokenizer);
        TokenizerJson.Save(tokenizer, Path.Combine(folder.Tokenizer, "tokenizer.json"));
        LineageInput[] inputs = [LineageInput.Of("corpus", folder.Corpus, folder.Tokenizer)];
        Lineage lineage = Lineage.Of(folder.Tokenizer, "tokenizer", inputs, TimeProvider.System) with
        {
            Recipe = RecipeFile.ToElement(training with { Threads = 1 }),
        };
        lineage.Write(folder.Tokenizer);
        return tokenizer;
    }

    /// <summary>Writes the token files of both training runs and of validation.</summary>
    /// <returns>Tokens to pre-train on.</returns>
    public static long Encode(QuickstartFolder folder, Corpus corpus, Tokenizer tokenizer, QuickstartOptions options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.PretrainingTokens)!);
        WriteDocuments(folder.PretrainingTokens, corpus.Training, tokenizer);
        WriteDocuments(folder.ValidationTokens, corpus.HeldOut, tokenizer);
        WriteConversations(folder.FineTuningTokens, corpus.Training, tokenizer, options.Seed);
        foreach (string file in (string[])[folder.PretrainingTokens, folder.ValidationTokens, folder.FineTuningTokens])
        {
            Lineage.Of(
                file, "tokens",
                [LineageInput.Of("corpus", folder.Corpus, file), LineageInput.Of("tokenizer", folder.Tokenizer, file)],
                TimeProvider.System).Write(file);
        }

        using TokenDataset data = TokenDataset.Open(folder.PretrainingTokens);
        return data.Tokens;
    }

    /// <summary>Each document between the begin and end tokens.</summary>
    private static void WriteDocuments(string path, IReadOnlyList<Document> documents, Tokenizer tokenizer) =>
        TokenDataset.Write(path, tokenizer.VocabSize, writer =>
        {
            var ids = new TokenBuffer();
            foreach (Document document in documents)
            {
                ids.Clear();
                ids.Add(tokenizer.BosId!.Value);
                tokenizer.Encode(Encoding.UTF8.GetBytes(document.Text), ids);
                ids.Add(tokenizer.EosId!.Value);
                writer.Add(ids.Span);
            }
        });

    /// <summary>Questions and answers in the chat template of InternLM2.</summary>
    private static void WriteConversations(
        string path, IReadOnlyList<Document> documents, Tokenizer tokenizer, ulong seed) =>
        TokenDataset.Write(path, tokenizer.VocabSize, writer =>
        {
            foreach (QuestionAnswer pair in documents.SelectMany(document => Pairs(document, seed)))
            {
                RenderedChat chat = ChatTemplate.InternLm2.Encode(
                    tokenizer, [new ChatMessage("user", pair.Question), new ChatMessage("assistant", pair.Answer)]);
                writer.Add(chat.Ids, chat.Trained);
            }
        });

    /// <summary>What a document is asked in fine-tuning.</summary>
    public static IEnumerable<QuestionAnswer> Pairs(Document document, ulong seed) =>
        DocumentedMember.Of(document) is { } member ? MemberQuestions.Pairs(member, seed)
        : [new QuestionAnswer("Write a document.", document.Text)];
}
