using System.Text;
using Puyu.Abstractions;
using Puyu.Data.InternEvo;

namespace Puyu.Data.Tests.InternEvo;

public sealed class InternEvoFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_GivesTheBytesOfTheTool()
    {
        string path = Write([1, -2, 3], [], [4]);

        Assert.Equal(
            "{\"tokens\": [1, -2, 3]}\n{\"tokens\": []}\n{\"tokens\": [4]}\n", File.ReadAllText(path));
        byte[] expected =
        [
            0x93, .. "NUMPY"u8, 1, 0, 118, 0,
            .. "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }"u8,
            .. Enumerable.Repeat((byte)' ', 58), (byte)'\n',
            0, 0, 0, 0, 3, 0, 0, 0, 23, 0, 0, 0, 0, 0, 0, 0, 38, 0, 0, 0, 1, 0, 0, 0,
        ];
        Assert.Equal(expected, File.ReadAllBytes(path + ".meta"));
    }

    [Theory]
    [InlineData("<i4", 2)]
    [InlineData("<i8", 2)]
    [InlineData("<i8", 3)]
    public void Read_TakesFirstAndLastColumn_OfBothWidths(string type, int columns)
    {
        string path = _folder.File("a.bin");
        File.WriteAllText(path, "{\"other\": {\"tokens\": [7]}, \"tokens\": [5,6]}\n{ \"tokens\" : [ -8 ] }");
        File.WriteAllBytes(path + ".meta", Npy(type, columns, (0, 2), (44, 1)));
        using var file = new InternEvoFile(path, typeId: 3, minLength: 0, vocabSize: 9);

        Assert.Equal([5, 6], Read(file, 0));
        Assert.Equal([-8], Read(file, 1));
        Assert.Equal(3, file.TypeId);
    }

    [Fact]
    public void NpyTable_SwitchesTo64Bits_WhenOffsetsNeedThem()
    {
        string path = _folder.File("a.meta");
        using (FileStream stream = File.Create(path))
        {
            NpyTable.Write(stream, [(0, 1), (1L << 31, 2)]);
        }

        Assert.Contains("<i8", File.ReadAllText(path, Encoding.Latin1), StringComparison.Ordinal);
        Assert.Equal([(0, 1), (1L << 31, 2)], NpyTable.Read(path));
    }

    [Fact]
    public void Open_LeavesOutShortSamples()
    {
        using var file = new InternEvoFile(Write([1, 2], [3], [], [4, 5, 6]), 0, minLength: 2, vocabSize: 7);

        Assert.Equal([2, 3], Enumerable.Range(0, file.Samples).Select(file.Length));
    }

    [Theory]
    [InlineData("{\"tokens\": [1, 2]}\n", "a sample of 2 tokens at offset 0 but its index says 3")]
    [InlineData("{\"tokens\": [1, 2, 9]}\n", "id 9 in the sample at offset 0")]
    [InlineData("{\"tokens\": [1, 2, -9]}\n", "id -9 in the sample at offset 0")]
    [InlineData("{\"tokens\": [1, 2, 3.5]}\n", "malformed at offset 0")]
    [InlineData("{\"tokens\": [1, 2, 99999999999]}\n", "malformed at offset 0")]
    [InlineData("{\"tokens\": 1234567890123}\n", "malformed at offset 0")]
    [InlineData("[1, 2, 3, 4, 5, 6, 7]\n", "malformed at offset 0")]
    [InlineData("{\"tokens\": [1, 2, 3]\n", "malformed at offset 0")]
    [InlineData("{\"tokens\": [1, 2, 3]} x\n", "malformed at offset 0")]
    public void Read_SaysWhatIsWrongAndWhere(string line, string problem)
    {
        string path = _folder.File("a.bin");
        File.WriteAllText(path, line);
        File.WriteAllBytes(path + ".meta", Npy("<i4", 2, (0, 3)));
        using var file = new InternEvoFile(path, 0, 0, vocabSize: 9);

        string message = Assert.Throws<InvalidDataException>(() => Read(file, 0)).Message;
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    /// <summary>Whatever bit is wrong, reading ends in success or <see cref="InvalidDataException"/>.</summary>
    [Fact]
    public void Read_SurvivesDamage()
    {
        string path = Write([1, -2, 3], [4, 5], [6]);
        byte[] bin = File.ReadAllBytes(path);
        byte[] meta = File.ReadAllBytes(path + ".meta");
        var random = new CounterRandom(5);
        int found = 0;
        for (int round = 0; round < 1000; round++)
        {
            File.WriteAllBytes(path, round % 2 == 0 ? Damage.Apply(bin, ref random) : bin);
            File.WriteAllBytes(path + ".meta", round % 2 == 1 ? Damage.Apply(meta, ref random) : meta);
            found += TryReadAll(path) ? 0 : 1;
        }

        Assert.InRange(found, 600, 999);
    }

    private static bool TryReadAll(string path)
    {
        try
        {
            using var file = new InternEvoFile(path, 0, 0, vocabSize: 100);
            for (int sample = 0; sample < file.Samples; sample++)
            {
                Read(file, sample);
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static int[] Read(InternEvoFile file, int sample)
    {
        int[] tokenIds = [];
        file.Read(sample, ref tokenIds);
        return tokenIds[..file.Length(sample)];
    }

    private string Write(params int[][] samples)
    {
        string path = _folder.File("a.bin");
        InternEvoWriter.Write(path, writer => Array.ForEach(samples, sample => writer.Add(sample)));
        return path;
    }

    private static byte[] Npy(string type, int columns, params (long Offset, long Tokens)[] rows)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({rows.Length}, {columns}), }}\n";
        IEnumerable<long> items = rows.SelectMany(
            row => Enumerable.Repeat(row.Offset, 1).Concat(Enumerable.Repeat(77L, columns - 2)).Append(row.Tokens));
        return
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
            .. items.SelectMany(item => BitConverter.GetBytes(item)[..(type == "<i4" ? 4 : 8)]),
        ];
    }
}
