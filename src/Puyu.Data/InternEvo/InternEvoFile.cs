using System.Text.Json;

namespace Puyu.Data.InternEvo;

/// <summary>One .bin file with its index: a data set of samples of token ids.</summary>
internal sealed unsafe class InternEvoFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly (long Offset, int Tokens)[] _samples;
    private readonly int _vocabSize;

    /// <summary>Opens a file and its index.</summary>
    /// <param name="path">The .bin file; its index is beside it.</param>
    /// <param name="typeId">Index of the kind of data, e.g. of the language.</param>
    /// <param name="minLength">Shorter samples are left out.</param>
    /// <param name="vocabSize">Every |id| is below this.</param>
    /// <exception cref="FileNotFoundException">The file or its index does not exist.</exception>
    /// <exception cref="InvalidDataException">The index is malformed, or points outside the file.</exception>
    public InternEvoFile(string path, int typeId, int minLength, int vocabSize)
    {
        TypeId = typeId;
        _vocabSize = vocabSize;
        string meta = path + ".meta";
        (long First, long Last)[] table = NpyTable.Read(meta);
        long fileBytes = new FileInfo(path).Length;
        var samples = new List<(long Offset, int Tokens)>(table.Length);
        for (int row = 0; row < table.Length; row++)
        {
            (long offset, long tokens) = table[row];
            if (offset < 0 || offset >= fileBytes || tokens < 0 || tokens > fileBytes - offset)
            {
                throw new InvalidDataException(
                    $"{meta} places sample {row} with {tokens} tokens at offset {offset} of {fileBytes} bytes");
            }

            if (tokens >= minLength)
            {
                samples.Add((offset, (int)Math.Min(tokens, int.MaxValue)));
            }
        }

        _samples = [.. samples];
        _file = new MappedFile(path);
    }

    public string Path => _file.Path;

    public int TypeId { get; }

    public int Samples => _samples.Length;

    public int Length(int sample) => _samples[sample].Tokens;

    /// <summary>Reads a sample's ids, negative ones included.</summary>
    /// <param name="sample">Index of the sample.</param>
    /// <param name="tokenIds">Grown if need be; its first <see cref="Length"/> items are overwritten.</param>
    /// <exception cref="InvalidDataException">
    /// The line is not what the index says, or an id is out of range.
    /// </exception>
    public void Read(int sample, ref int[] tokenIds)
    {
        (long offset, int length) = _samples[sample];
        if (tokenIds.Length < length)
        {
            tokenIds = new int[Math.Max(length, 2 * tokenIds.Length)];
        }

        var rest = new ReadOnlySpan<byte>(_file.Bytes + offset, (int)Math.Min(int.MaxValue, _file.Length - offset));
        int end = rest.IndexOf((byte)'\n');
        var json = new Utf8JsonReader(end < 0 ? rest : rest[..end]);
        int tokens;
        try
        {
            tokens = Parse(ref json, tokenIds.AsSpan(0, length));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{Path} is malformed at offset {offset}: {problem.Message}", problem);
        }

        if (tokens != length)
        {
            throw new InvalidDataException(
                $"{Path} has a sample of {tokens} tokens at offset {offset} but its index says {length}");
        }

        foreach (int id in tokenIds.AsSpan(0, length))
        {
            if (Math.Abs((long)id) >= _vocabSize)
            {
                throw new InvalidDataException(
                    $"{Path} has id {id} in the sample at offset {offset} but |id| must be below {_vocabSize}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <returns>Number of tokens, also of those that did not fit.</returns>
    private static int Parse(ref Utf8JsonReader json, Span<int> tokenIds)
    {
        Expect(ref json, JsonTokenType.StartObject);
        int tokens = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("tokens"u8))
            {
                json.Skip();
                continue;
            }

            tokens = 0;
            Expect(ref json, JsonTokenType.StartArray);
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                int id = json.GetInt32();
                if (tokens < tokenIds.Length)
                {
                    tokenIds[tokens] = id;
                }

                tokens++;
            }
        }

        if (json.Read())
        {
            throw new JsonException("there is something after the object");
        }

        return tokens;
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
        {
            throw new JsonException($"there is {json.TokenType} but must be {type}");
        }
    }
}
