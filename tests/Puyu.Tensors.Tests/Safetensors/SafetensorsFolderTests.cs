using Puyu.Tensors.Safetensors;

namespace Puyu.Tensors.Tests.Safetensors;

public sealed class SafetensorsFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(36, 2)]
    [InlineData(1, 4)]
    public void Open_FindsEveryTensor_HoweverManyShards(long maxShardBytes, int shards)
    {
        using Scope scope = _backend.BeginScope();
        Dictionary<string, Tensor> tensors = Tensors(scope);

        SafetensorsFolder.Write(_folder.Root, tensors, new SafetensorsOptions { MaxShardBytes = maxShardBytes });

        using SafetensorsFolder opened = SafetensorsFolder.Open(_folder.Root);
        Assert.Equal(shards, Directory.GetFiles(_folder.Root, "*.safetensors").Length);
        Assert.Equal(tensors.Keys, opened.Names);
        Assert.All(tensors, pair => Assert.Equal(
            pair.Value.Span<float>().ToArray(), opened.Load(scope, pair.Key).Span<float>().ToArray()));
    }

    [Fact]
    public void Write_LeavesNothingOfAnEarlierWrite()
    {
        using Scope scope = _backend.BeginScope();
        Dictionary<string, Tensor> tensors = Tensors(scope);

        SafetensorsFolder.Write(_folder.Root, tensors, new SafetensorsOptions { MaxShardBytes = 1 });
        SafetensorsFolder.Write(_folder.Root, tensors, new SafetensorsOptions { MaxShardBytes = 36 });
        SafetensorsFolder.Write(_folder.Root, tensors, new SafetensorsOptions());

        Assert.Equal([_folder.File("model.safetensors")], Directory.GetFiles(_folder.Root));
    }

    [Theory]
    [InlineData("model-00002-of-00004.safetensors", "missing.safetensors", "names missing.safetensors, which is not in the folder")]
    [InlineData("model-00002-of-00004.safetensors", "../model.safetensors", "a shard is a file of the same folder")]
    [InlineData("model-00002-of-00004.safetensors", "model-00001-of-00004.safetensors", "puts 'b' into model-00001-of-00004.safetensors, which lacks it")]
    [InlineData("\"b\"", "\"a\"", "weight_map has 'a' twice")]
    [InlineData("\"weight_map\"", "\"map\"", "must be a JSON object whose weight_map maps names to files")]
    [InlineData("{", "", "must be a JSON object")]
    public void Open_NamesWhatTheIndexGetsWrong(string old, string replacement, string rule)
    {
        using Scope scope = _backend.BeginScope();
        SafetensorsFolder.Write(_folder.Root, Tensors(scope), new SafetensorsOptions { MaxShardBytes = 1 });
        string index = _folder.File("model.safetensors.index.json");
        File.WriteAllText(index, File.ReadAllText(index).Replace(old, replacement, StringComparison.Ordinal));

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => SafetensorsFolder.Open(_folder.Root));

        Assert.StartsWith(index, exception.Message, StringComparison.Ordinal);
        Assert.Contains(rule, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SaysWhatAFolderLacks()
    {
        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(() => SafetensorsFolder.Open(_folder.Root));

        Assert.Equal($"{_folder.Root} has neither model.safetensors nor model.safetensors.index.json", exception.Message);
    }

    private static Dictionary<string, Tensor> Tensors(Scope scope) => new()
    {
        ["a"] = scope.From<float>([1, 2, 3, 4], [2, 2]),
        ["b"] = scope.From<float>([5, 6, 7, 8], [4]),
        ["c"] = scope.From<float>([9], [1]),
        ["d"] = scope.From<float>([10], [1]),
    };
}
