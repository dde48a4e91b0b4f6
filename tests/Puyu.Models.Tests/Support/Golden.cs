using System.Text.Json.Nodes;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models.Tests.Support;

/// <summary>A small model with what the original code computes from it in double precision.</summary>
internal sealed class Golden : IDisposable
{
    private readonly CpuBackend _host = new(threads: 1);
    private readonly Scope _scope;
    private readonly SafetensorsFile _expected;

    public Golden(string name)
    {
        Folder = TestData.File("golden", name);
        _scope = _host.BeginScope();
        _expected = SafetensorsFile.Open(Path.Combine(Folder, "expected.safetensors"));
        TokenIds = [.. _expected.Load(_scope, "input_ids").Span<long>().ToArray().Select(id => (int)id)];
        Sequences = _expected.Entries["input_ids"].Shape[0];
        Continuation = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")))!;
    }

    public string Folder { get; }

    /// <summary>All sequences one behind the other, of equal lengths.</summary>
    public int[] TokenIds { get; }

    public int Sequences { get; }

    public int Length => TokenIds.Length / Sequences;

    public int[] Prompt => Ids("prompt");

    /// <summary>What greedy decoding appends to <see cref="Prompt"/>.</summary>
    public int[] Greedy => Ids("greedy");

    private JsonNode Continuation { get; }

    public float[] Expected(string name) => _expected.Load(_scope, name).Span<float>().ToArray();

    /// <summary>The next token of each place; −100 at the end of a sequence.</summary>
    public int[] Labels() =>
        [.. TokenIds.Select((_, i) => i % Length == Length - 1 ? -100 : TokenIds[i + 1])];

    public DecoderInput Input(Scope scope) => DecoderInput.From(
        scope, TokenIds, [.. TokenIds.Select((_, i) => i % Length)],
        [.. Enumerable.Range(0, Sequences + 1).Select(sequence => sequence * Length)]);

    public void Dispose()
    {
        _expected.Dispose();
        _scope.Dispose();
        _host.Dispose();
    }

    private int[] Ids(string name) => [.. Continuation[name]!.AsArray().Select(id => (int)id!)];
}
