using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions;

namespace Puyu.Tensors.Safetensors;

/// <summary>
/// The tensors of a folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly SortedDictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);

    private SafetensorsFolder(string folder)
    {
        Folder = folder;
    }

    /// <summary>Path as given.</summary>
    public string Folder { get; }

    /// <summary>Names of the tensors, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Maps the files of a folder.</summary>
    /// <exception cref="FileNotFoundException">There is neither a single file nor an index.</exception>
    /// <exception cref="InvalidDataException">
    /// A file breaks a rule, or index and shards contradict each other.
    /// </exception>
    public static SafetensorsFolder Open(string folder)
    {
        var opened = new SafetensorsFolder(folder);
        try
        {
            opened.OpenFiles();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes tensors into a folder: one file if they fit <see cref="SafetensorsOptions.MaxShardBytes"/>, else shards
    /// and an index. What an earlier write left under the other form is removed.
    /// </summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, IReadOnlyDictionary<string, Tensor> tensors, SafetensorsOptions options)
    {
        options = options.Validated();
        Directory.CreateDirectory(folder);
        string index = Path.Combine(folder, IndexFile);
        string single = Path.Combine(folder, SingleFile);
        List<Dictionary<string, Tensor>> shards = Split(tensors, options);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(single, tensors, options);
            DeleteShards(folder, except: []);
            File.Delete(index);
            return;
        }

        string[] files = [.. Enumerable.Range(1, shards.Count).Select(
            number => $"model-{number:D5}-of-{shards.Count:D5}.safetensors")];
        for (int i = 0; i < files.Length; i++)
        {
            SafetensorsWriter.Write(Path.Combine(folder, files[i]), shards[i], options);
        }

        AtomicFile.WriteText(index, Index(shards, files, options));
        DeleteShards(folder, files);
        File.Delete(single);
    }

    /// <inheritdoc cref="SafetensorsFile.Load"/>
    public Tensor Load(Scope scope, string name) => FileOf(name).Load(scope, name);

    /// <summary>How a tensor is stored.</summary>
    /// <exception cref="KeyNotFoundException">The folder has no such tensor.</exception>
    public SafetensorsEntry Entry(string name) => FileOf(name).Entries[name];

    /// <summary>Unmaps the files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file)
        ? file
        : throw new KeyNotFoundException($"{Folder} has no tensor '{name}' among its {_fileOf.Count}");

    private void OpenFiles()
    {
        string single = Path.Combine(Folder, SingleFile);
        string index = Path.Combine(Folder, IndexFile);
        if (File.Exists(single))
        {
            SafetensorsFile file = Open(SingleFile, index);
            foreach (string name in file.Entries.Keys)
            {
                _fileOf.Add(name, file);
            }
        }
        else if (File.Exists(index))
        {
            OpenShards(index);
        }
        else
        {
            throw new FileNotFoundException($"{Folder} has neither {SingleFile} nor {IndexFile}", single);
        }
    }

    private void OpenShards(string index)
    {
        Dictionary<string, string> shardOf = ReadIndex(index);
        foreach (IGrouping<string, string> shard in shardOf.GroupBy(pair => pair.Value, pair => pair.Key)
            .OrderBy(shard => shard.Key, StringComparer.Ordinal))
        {
            SafetensorsFile file = Open(shard.Key, index);
            foreach (string name in shard)
            {
                if (!file.Entries.ContainsKey(name))
                {
                    throw new InvalidDataException(
                        $"{index}: weight_map puts '{name}' into {shard.Key}, which lacks it");
                }

                _fileOf.Add(name, file);
            }

            string? unlisted = file.Entries.Keys.FirstOrDefault(name => !shardOf.ContainsKey(name));
            if (unlisted is not null)
            {
                throw new InvalidDataException($"{index}: weight_map lacks '{unlisted}', which is in {shard.Key}");
            }
        }
    }

    private SafetensorsFile Open(string shard, string index)
    {
        if (shard.Length == 0 || Path.GetFileName(shard) != shard || shard is "." or "..")
        {
            throw new InvalidDataException(
                $"{index}: weight_map names '{shard}' but a shard is a file of the same folder");
        }

        string path = Path.Combine(Folder, shard);
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{index}: weight_map names {shard}, which is not in the folder");
        }

        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        return file;
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
            var shardOf = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty pair in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                if (!shardOf.TryAdd(pair.Name, pair.Value.GetString() ?? ""))
                {
                    throw new InvalidDataException($"{index}: weight_map has '{pair.Name}' twice");
                }
            }

            return shardOf;
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{index}: must be a JSON object whose weight_map maps names to files ({exception.Message})",
                exception);
        }
    }

    private static List<Dictionary<string, Tensor>> Split(
        IReadOnlyDictionary<string, Tensor> tensors, SafetensorsOptions options)
    {
        List<Dictionary<string, Tensor>> shards = [[]];
        long bytes = 0;
        foreach ((string name, Tensor tensor) in tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            long needed = SafetensorsWriter.BytesOf(tensor, options);
            if (bytes > 0 && bytes + needed > options.MaxShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(name, tensor);
            bytes += needed;
        }

        return shards;
    }

    private static string Index(List<Dictionary<string, Tensor>> shards, string[] files, SafetensorsOptions options)
    {
        var weightMap = new JsonObject();
        for (int i = 0; i < files.Length; i++)
        {
            foreach (string name in shards[i].Keys.Order(StringComparer.Ordinal))
            {
                weightMap.Add(name, files[i]);
            }
        }

        long bytes = shards.SelectMany(shard => shard.Values).Sum(tensor => SafetensorsWriter.BytesOf(tensor, options));
        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = bytes },
            ["weight_map"] = weightMap,
        };
        return index.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static void DeleteShards(string folder, string[] except)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "model-*-of-*.safetensors"))
        {
            if (!except.Contains(Path.GetFileName(path)))
            {
                File.Delete(path);
            }
        }
    }
}
