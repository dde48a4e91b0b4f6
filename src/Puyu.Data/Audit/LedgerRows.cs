using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Puyu.Data.Mixing;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>Adds part after part to the ledger, following every document from pass to pass.</summary>
internal sealed class LedgerRows : IDisposable
{
    private readonly PipelinePlan _plan;
    private readonly FileTable _files;
    private readonly FileTable _outputFiles;
    private readonly LedgerCounts _counts;
    private readonly Insert _documents;
    private readonly Insert _measurements;
    private readonly Insert _decisions;
    private readonly Insert _outputs;
    private readonly Insert _quarantine;
    private readonly List<long> _before = [0]; // documents before each part: their numbers count on from there
    private int _last; // document of the file at work; they ascend, so none is there twice
    private long[] _bytes = []; // of each document of the part, as it is after the last pass; -1: removed
    private UInt128[] _keys = []; // of each document of the part

    /// <summary>Begins with the first part.</summary>
    public LedgerRows(
        SqliteConnection ledger, PipelinePlan plan, FileTable files, FileTable outputFiles, LedgerCounts counts)
    {
        _plan = plan;
        _files = files;
        _outputFiles = outputFiles;
        _counts = counts;
        _documents = new Insert(ledger, "documents", 8);
        _measurements = new Insert(ledger, "measurements", 3);
        _decisions = new Insert(ledger, "decisions", 12);
        _outputs = new Insert(ledger, "outputs", 6);
        _quarantine = new Insert(ledger, "quarantine", 3);
    }

    /// <summary>A few documents of each rule and of the result.</summary>
    public SampleRows Samples { get; } = new();

    /// <summary>Documents of the parts before one that was added: those of its documents count on from there.</summary>
    public long Before(int part) => _before[part];

    /// <summary>Adds everything on a part.</summary>
    /// <exception cref="InvalidDataException">Documents were lost or doubled.</exception>
    public void Add(PlannedPart part)
    {
        AddOrigins(part);
        foreach (Pass pass in _plan.Passes)
        {
            ref PassCounts counts = ref _counts.Of(pass);
            (long documents, long bytes) = Left();
            counts.DocumentsIn += documents;
            counts.BytesIn += bytes;
            string path = _plan.VerdictFile(pass, part);
            if (pass.Corpus is null)
            {
                long rows = AddSingle(pass, path);
                Require(rows == documents, path, rows, documents);
            }
            else
            {
                AddCorpus(pass, path, documents);
            }

            (documents, bytes) = Left();
            counts.DocumentsOut += documents;
            counts.BytesOut += bytes;
        }

        AddOutputs(part);
        _before.Add(_before[^1] + _bytes.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _documents.Dispose();
        _measurements.Dispose();
        _decisions.Dispose();
        _outputs.Dispose();
        _quarantine.Dispose();
    }

    private void AddOrigins(PlannedPart part)
    {
        var bytes = new List<long>();
        var keys = new List<UInt128>();
        foreach (Origin origin in OriginFile.Read(_plan.OriginFile(part)))
        {
            if (origin.Document is { } document)
            {
                byte[] key = new byte[16];
                keys.Add(document.Source.Key);
                BinaryPrimitives.WriteUInt128BigEndian(key, keys[^1]);
                bytes.Add(document.Bytes);
                _documents.Add(
                    _before[^1] + bytes.Count, key, document.Id, _files.IdOf(document.Source.File),
                    document.Source.Offset, document.Source.Index, document.Bytes, document.Fingerprint);
            }
            else
            {
                QuarantinedRecord record = origin.Quarantined;
                _quarantine.Add(_files.IdOf(record.File), record.Offset, record.Reason);
            }
        }

        _bytes = [.. bytes];
        _keys = [.. keys];
    }

    private long AddSingle(Pass pass, string path)
    {
        long rows = 0;
        _last = -1;
        foreach (SingleVerdict verdict in VerdictFile.ReadSingle(path))
        {
            rows++;
            long before = Take(verdict.Number, verdict.RemovedBy is null ? verdict.Bytes : -1, path);
            if (verdict.Values.Length > 0)
            {
                _measurements.Add(IdOf(verdict.Number), pass.Index, verdict.Values);
            }

            int reached = verdict.RemovedBy ?? pass.Stages.Count - 1;
            for (int i = 0; i <= reached; i++)
            {
                ref StageCounts counts = ref _counts.Of(pass, i);
                counts.DocumentsIn++;
                counts.Changed += (verdict.Changes >> i) & 1;
            }

            if (verdict.RemovedBy is { } stage)
            {
                _counts.Of(pass, stage).Removed++;
                _counts.Of(pass, stage).RemovedBytes += before;
                AddRemoval(pass, stage, verdict);
            }
        }

        return rows;
    }

    private void AddRemoval(Pass pass, int stage, SingleVerdict verdict)
    {
        Measure measure = pass.Stages[stage].Measures[verdict.Measure];
        int position = pass.Stages.Take(stage).Sum(before => before.Measures.Count) + verdict.Measure;
        float value = BitConverter.ToSingle(verdict.Values, position * sizeof(float));
        bool isTooSmall = value < measure.Min;
        _decisions.Add(
            IdOf(verdict.Number), _counts.IdOf(pass, stage), 1, measure.Name, value,
            isTooSmall ? measure.Min : measure.Max, isTooSmall ? "min" : "max", verdict.Note, null, null, null, null);
        AddSample(_counts.IdOf(pass, stage), measure.Name, verdict.Number, verdict.Excerpt);
    }

    private void AddCorpus(Pass pass, string path, long documents)
    {
        ref StageCounts counts = ref _counts.Of(pass, 0);
        counts.DocumentsIn += documents;
        _last = -1;
        foreach (CorpusVerdict verdict in VerdictFile.ReadCorpus(path))
        {
            long before = Take(verdict.Number, verdict.IsRemoved ? -1 : verdict.Bytes, path);
            counts.Removed += verdict.IsRemoved ? 1 : 0;
            counts.RemovedBytes += verdict.IsRemoved ? before : 0;
            counts.Changed += verdict.IsRemoved ? 0 : 1;
            bool isMatched = verdict.MatchedId is not null;
            _decisions.Add(
                IdOf(verdict.Number), _counts.IdOf(pass, 0), verdict.IsRemoved ? 1 : 0, verdict.Rule, verdict.Value,
                verdict.Threshold, null, null, verdict.MatchedId,
                isMatched ? _files.IdOf(verdict.Matched.File) : null,
                isMatched ? verdict.Matched.Offset : null, isMatched ? verdict.Matched.Index : null);
            AddSample(_counts.IdOf(pass, 0), verdict.Rule, verdict.Number, verdict.Excerpt);
        }
    }

    private void AddSample(int stage, string rule, int number, string? excerpt)
    {
        if (excerpt is not null)
        {
            Samples.Add(stage, rule, _keys[number], IdOf(number), excerpt);
        }
    }

    private void AddOutputs(PlannedPart part)
    {
        long rows = 0;
        _last = -1;
        string path = _plan.Output is null ? _plan.Tokens[0].CountsFile(part.Index) : _plan.PlacesFile(part);
        long? file = _plan.Output is null ? null : _outputFiles.IdOf(_plan.Folder.NameOf(_plan.OutputFile(part)));
        foreach (Place place in Finished(path))
        {
            rows++;
            long bytes = Take(place.Number, null, path);
            long id = IdOf(place.Number);
            _outputs.Add(
                id, file, file is null ? null : place.Offset, place.Fingerprint, bytes, place.Language);
            if (place.Excerpt is { } excerpt)
            {
                Samples.Add(_keys[place.Number], id, excerpt);
            }
        }

        Require(rows == Left().Documents, path, rows, Left().Documents);
    }

    /// <summary>What no stage removed; without an output of documents, in no file.</summary>
    private IEnumerable<Place> Finished(string path) => _plan.Output is null
        ? TokenizedPart.ReadCounts(path).Select(
            item => new Place(item.Number, 0, item.Fingerprint, Language: null, Excerpt: null))
        : PlaceFile.Read(path);

    /// <returns>Bytes of the document before.</returns>
    private long Take(int number, long? bytes, string path)
    {
        if (number <= _last || number >= _bytes.Length || _bytes[number] < 0)
        {
            throw new InvalidDataException(
                $"{path} has document {number} but that is there twice, removed or never read; delete work");
        }

        long before = _bytes[number];
        _last = number;
        _bytes[number] = bytes ?? before;
        return before;
    }

    private static void Require(bool holds, string path, long rows, long documents)
    {
        if (!holds)
        {
            throw new InvalidDataException(
                $"{path} has {rows} documents but {documents} were left; delete work");
        }
    }

    private (long Documents, long Bytes) Left()
    {
        long documents = 0;
        long bytes = 0;
        foreach (long size in _bytes)
        {
            documents += size < 0 ? 0 : 1;
            bytes += Math.Max(size, 0);
        }

        return (documents, bytes);
    }

    private long IdOf(int number) => _before[^1] + number + 1;
}
