using System.Buffers;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Puyu.Abstractions;

/// <summary>
/// Where an artifact comes from: its content, what it was made of, the recipe, the code and the seed. The lineage of a
/// folder is <c>lineage.json</c> inside it; the lineage of a file <c>x</c> is <c>x.lineage.json</c> beside it.
/// </summary>
/// <remarks>docs/lineage.md has the format. Hashes are SHA-256 in lower-case hexadecimal.</remarks>
public sealed record Lineage
{
    /// <summary>Name of the lineage file of a folder, and the end of the name of a file's.</summary>
    public const string FileName = "lineage.json";

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly JsonSerializerOptions _json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    /// <summary>What the artifact is, e.g. <c>corpus</c>, <c>tokenizer</c>, <c>tokens</c>, <c>checkpoint</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Hash of the artifact's content; see <see cref="HashOf"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>What the artifact was made of, in the order of use.</summary>
    public required IReadOnlyList<LineageInput> Inputs { get; init; }

    /// <summary>The resolved options that made the artifact.</summary>
    public JsonElement? Recipe { get; init; }

    /// <summary>Version of the code that made the artifact.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>Seed of the run; null where nothing was random.</summary>
    public ulong? Seed { get; init; }

    /// <summary>When the artifact was described.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Anything else worth knowing, e.g. the counts of a filter or a final loss.</summary>
    public JsonElement? Facts { get; init; }

    /// <summary>
    /// Describes an artifact that is on the disk: hashes it, and notes the code version and the time.
    /// </summary>
    /// <param name="artifact">The file or folder, complete.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="inputs">What it was made of.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FileNotFoundException">The artifact does not exist.</exception>
    public static Lineage Of(string artifact, string kind, IReadOnlyList<LineageInput> inputs, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Assembly code = typeof(Lineage).Assembly;
        return new Lineage
        {
            Kind = kind,
            Hash = HashOf(artifact),
            Inputs = inputs,
            CodeVersion = code.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Created = time.GetUtcNow(),
        };
    }

    /// <summary>Path of the lineage file of an artifact, whether or not either exists.</summary>
    /// <param name="artifact">A file or folder.</param>
    public static string PathOf(string artifact) =>
        Directory.Exists(artifact) ? Path.Combine(artifact, FileName) : $"{artifact}.{FileName}";

    /// <summary>Writes the lineage file of an artifact, whole or not at all.</summary>
    /// <param name="artifact">The file or folder this lineage describes.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string artifact) =>
        AtomicFile.WriteText(PathOf(artifact), JsonSerializer.Serialize(this, _json) + "\n");

    /// <summary>Reads the lineage file of an artifact. The artifact itself is not touched.</summary>
    /// <param name="artifact">A file or folder.</param>
    /// <exception cref="FileNotFoundException">The artifact has no lineage file.</exception>
    /// <exception cref="InvalidDataException">
    /// The lineage file is malformed, or has unknown or missing members.
    /// </exception>
    public static Lineage Read(string artifact)
    {
        string path = PathOf(artifact);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{artifact} has no lineage: {path} does not exist", path);
        }

        return Parse(path);
    }

    /// <summary>Hash of the content of a file, or of the names and contents of all files below a folder.</summary>
    /// <remarks>
    /// A folder's hash is that of one line a file, <c>path TAB length TAB hash LF</c>, ordered ordinally by path; paths
    /// are relative with forward slashes, in UTF-8. Lineage files are left out, at any depth.
    /// </remarks>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="FileNotFoundException">There is neither a file nor a folder of that name.</exception>
    public static string HashOf(string path)
    {
        if (!Directory.Exists(path))
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => !IsLineage(file))
            .Select(file => Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];
        string[] lines = new string[files.Length];
        try
        {
            Parallel.For(0, files.Length, i =>
            {
                string file = Path.Combine(path, files[i]);
                lines[i] = FormattableString.Invariant($"{files[i]}\t{new FileInfo(file).Length}\t{HashOf(file)}\n");
            });
        }
        catch (AggregateException problems)
        {
            ExceptionDispatchInfo.Throw(problems.InnerExceptions[0]); // the caller asked for a hash, not for threads
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    /// <summary>
    /// Walks from an artifact back to the documents: the artifact first, then each input followed by what that was made
    /// of, as far as lineage files lead. What is missing or changed is reported in the step; it stops nothing.
    /// </summary>
    /// <param name="artifact">A file or folder that has a lineage file.</param>
    /// <exception cref="FileNotFoundException">The artifact has no lineage file.</exception>
    /// <exception cref="InvalidDataException">The artifact's own lineage file is malformed.</exception>
    public static IEnumerable<LineageStep> Walk(string artifact)
    {
        Lineage lineage = Read(artifact);
        var self = new LineageInput(lineage.Kind, Path.GetFileName(Path.GetFullPath(artifact)), lineage.Hash, artifact);
        return new LineageWalk().Follow(self, Path.GetFullPath(artifact), 0);
    }

    internal static bool IsLineage(string file) =>
        Path.GetFileName(file) is FileName || file.EndsWith("." + FileName, StringComparison.Ordinal);

    private static Lineage Parse(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            Lineage lineage = JsonSerializer.Deserialize<Lineage>(stream, _json)
                ?? throw new InvalidDataException($"{path} is null but must be an object");
            string? wrong = lineage.Inputs.Select(input => input.Hash).Prepend(lineage.Hash).FirstOrDefault(
                hash => hash.Length != 2 * SHA256.HashSizeInBytes || hash.AsSpan().ContainsAnyExcept(_hexDigits));
            return wrong is null
                ? lineage
                : throw new InvalidDataException(
                    $"{path} has the hash {wrong} but a hash must have 64 lower-case hexadecimal digits");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path} is not a lineage: {problem.Message}", problem);
        }
    }
}
