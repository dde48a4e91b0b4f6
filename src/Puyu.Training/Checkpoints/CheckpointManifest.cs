using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Training.Checkpoints;

/// <summary>
/// The list of a checkpoint's files, written after them: where it is missing, the checkpoint is not complete.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Step">Steps that were done.</param>
/// <param name="Files">Every file but this one and the lineage, which covers this one.</param>
internal sealed record CheckpointManifest(int Version, int Step, IReadOnlyList<CheckpointFile> Files)
{
    public const string FileName = "complete.json";
    public const int CurrentVersion = 1;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, TrainingJson.Options);

    /// <summary>What is wrong with the checkpoint in a folder, reading every byte of it; null if nothing is.</summary>
    public static string? ProblemOf(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return $"{FileName} is missing, so it was never completed";
        }

        try
        {
            CheckpointManifest? manifest =
                JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), TrainingJson.Options);
            return manifest switch
            {
                null => $"{FileName} is null but must be an object",
                { Version: not CurrentVersion } =>
                    $"{FileName} has version {manifest.Version} but must have {CurrentVersion}",
                _ => manifest.Files.Select(file => ProblemOf(folder, file))
                    .FirstOrDefault(problem => problem is not null),
            };
        }
        catch (JsonException problem)
        {
            return $"{FileName} is malformed: {problem.Message}";
        }
    }

    private static string? ProblemOf(string folder, CheckpointFile file)
    {
        var info = new FileInfo(Path.Combine(folder, file.Name));
        if (!info.Exists)
        {
            return $"{file.Name} is missing";
        }

        if (info.Length != file.Bytes)
        {
            return $"{file.Name} has {info.Length} bytes but must have {file.Bytes}";
        }

        return Lineage.HashOf(info.FullName) == file.Sha256 ? null : $"{file.Name} does not match its checksum";
    }
}

/// <summary>One file of a checkpoint.</summary>
/// <param name="Name">Relative to the checkpoint's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash, lower-case hexadecimal.</param>
internal sealed record CheckpointFile(string Name, long Bytes, string Sha256);
