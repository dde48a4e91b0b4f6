using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Mixing;

namespace Puyu.Data.Pipeline;

/// <summary>Takes one part through a phase. What exists is not made again.</summary>
/// <remarks>
/// A file appears whole or not at all, and the one that says that a pass is done appears last: whenever the process is
/// killed, what is missing is made again, the same as before.
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="threads">The threads of the run, which help where they are free.</param>
/// <param name="progress">Takes what was done.</param>
/// <param name="cancellationToken">Stops the work.</param>
internal sealed class PartWorker(
    PipelinePlan plan, ThreadBudget threads, WorkCounter progress, CancellationToken cancellationToken)
{
    /// <summary>Whether a part is through a phase.</summary>
    public static bool IsDone(PipelinePlan plan, Phase phase, PlannedPart part) =>
        phase.Passes.All(pass => File.Exists(plan.DocumentFile(pass, part)))
        && (phase.Corpus is { } corpus
            ? File.Exists(plan.SummaryFile(corpus, part))
            : IsOutputDone(plan, part) && plan.Tokens.All(output => output.IsPartDone(part.Index)));

    /// <summary>Does what is missing.</summary>
    public void Work(Phase phase, PlannedPart part)
    {
        foreach (Pass pass in phase.Passes)
        {
            Make(plan.DocumentFile(pass, part), path => AtomicFile.Write(path, documents =>
                AtomicFile.Write(plan.VerdictFile(pass, part), verdicts => Work(pass, part, documents, verdicts))));
        }

        // After a decision the first pass is that of the corpus stage itself.
        Pass last = phase.Passes.Count > 0 ? phase.Passes[^1] : plan.Passes[phase.Corpus!.Index - 1];
        if (phase.Corpus is { Corpus: { } stage } corpus)
        {
            Make(plan.SummaryFile(corpus, part), path => AtomicFile.Write(
                path, summary => stage.Summarize(Documents(last, part).Select(item => item.Document), summary)));
        }
        else
        {
            WriteOutputs(last, part);
        }

        progress.Done(part.Bytes);
    }

    private static bool IsOutputDone(PipelinePlan plan, PlannedPart part) =>
        plan.Output is null || (File.Exists(plan.OutputFile(part)) && File.Exists(plan.PlacesFile(part)));

    private void Make(string path, Action<string> make)
    {
        if (!File.Exists(path))
        {
            make(path);
            progress.Made();
        }
    }

    private void Work(Pass pass, PlannedPart part, Stream documents, Stream verdicts)
    {
        var left = new RecordWriter(documents, Pipeline.DocumentFile.Magic);
        if (pass.Corpus is { } stage)
        {
            Apply(pass, stage, part, left, new VerdictWriter(verdicts));
        }
        else if (pass.Index == 0)
        {
            AtomicFile.Write(plan.OriginFile(part), origin => Measure(
                pass, Read(part, new OriginWriter(origin)), left, new VerdictWriter(verdicts)));
        }
        else
        {
            Measure(pass, Documents(plan.Passes[pass.Index - 1], part), left, new VerdictWriter(verdicts));
        }
    }

    private IEnumerable<(int Number, Document Document)> Read(PlannedPart part, OriginWriter origin)
    {
        var quarantine = new Quarantine();
        int number = 0;
        foreach (SourcePart piece in part.Pieces)
        {
            foreach (Document document in part.Reader.Read(piece, quarantine))
            {
                cancellationToken.ThrowIfCancellationRequested();
                origin.Write(document);
                yield return (number++, document);
            }
        }

        origin.Write(quarantine.Records);
    }

    private IEnumerable<(int Number, Document Document)> Documents(Pass pass, PlannedPart part)
    {
        foreach ((int Number, Document Document) item in Pipeline.DocumentFile.Read(plan.DocumentFile(pass, part)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private void Measure(
        Pass pass, IEnumerable<(int Number, Document Document)> documents, RecordWriter left, VerdictWriter verdicts)
    {
        var chain = new StageChain(pass.Stages);
        IEnumerable<ChainResult[]> batches = threads.InOrder(
            Batches(documents), batch => Array.ConvertAll(batch, item => chain.Apply(item.Number, item.Document)));
        foreach (ChainResult result in batches.SelectMany(static batch => batch))
        {
            int bytes = result.Left is { } document
                ? Pipeline.DocumentFile.Write(left, result.Number, document) : 0;
            verdicts.Write(result, bytes);
            progress.Document();
        }
    }

    /// <summary>As many documents as are worth handing to another thread.</summary>
    private static IEnumerable<(int Number, Document Document)[]> Batches(
        IEnumerable<(int Number, Document Document)> documents)
    {
        const int Characters = 1 << 17;
        var batch = new List<(int Number, Document Document)>();
        int characters = 0;
        foreach ((int Number, Document Document) item in documents)
        {
            batch.Add(item);
            characters += item.Document.Text.Length;
            if (characters >= Characters)
            {
                yield return [.. batch];
                batch.Clear();
                characters = 0;
            }
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    private void Apply(Pass pass, ICorpusStage stage, PlannedPart part, RecordWriter left, VerdictWriter verdicts)
    {
        using var decisions = new DecisionFile(plan.DecisionFile(pass));
        foreach ((int number, Document document) in Documents(plan.Passes[pass.Index - 1], part))
        {
            Decision? decision = decisions.Find(document.Source.Key);
            Document? changed = decision is null ? document : stage.Apply(document, decision);
            int bytes = changed is null ? 0 : Pipeline.DocumentFile.Write(left, number, changed);
            if (decision is not null)
            {
                verdicts.Write(number, document, decision, changed is null, bytes);
            }

            progress.Document();
        }
    }

    private void WriteOutputs(Pass last, PlannedPart part)
    {
        if (!IsOutputDone(plan, part))
        {
            Make(plan.OutputFile(part), path => AtomicFile.Write(path, output =>
                AtomicFile.Write(plan.PlacesFile(part), places => WriteOutput(last, part, output, places))));
        }

        foreach (TokenPlan tokens in plan.Tokens)
        {
            (TokenOutput output, string counts) = (tokens.Output, tokens.CountsFile(part.Index));
            Make(tokens.IdsFile(part.Index), ids => TokenizedPart.Write(
                ids, counts, Documents(last, part), output.CreateEncoder(), output.TokenBytes));
            Make(tokens.LotFile(part.Index), path => AtomicFile.Write(path, lots => LotFile.Write(
                lots, Documents(last, part), TokenizedPart.ReadCounts(counts), output.GroupOf)));
        }
    }

    private void WriteOutput(Pass last, PlannedPart part, Stream output, Stream places)
    {
        using IDocumentWriter writer = plan.Output!.Open!(output);
        var placed = new PlaceWriter(places);
        foreach ((int number, Document document) in Documents(last, part))
        {
            placed.Write(number, writer.Position, document);
            writer.Write(document);
        }
    }
}
