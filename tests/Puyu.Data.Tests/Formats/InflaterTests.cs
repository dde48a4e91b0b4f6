using System.IO.Compression;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

public class InflaterTests
{
    public static TheoryData<CompressionLevel> Levels => new(Enum.GetValues<CompressionLevel>());

    [Theory]
    [MemberData(nameof(Levels))]
    public void Read_GivesBackWhatWasCompressed(CompressionLevel level)
    {
        foreach (byte[] plain in Plains())
        {
            byte[] packed = Deflate(plain, level);

            byte[] read = Inflate([.. packed, 1, 2, 3], out long consumed);

            Assert.Equal(plain, read);
            Assert.Equal(packed.Length, consumed);
        }
    }

    [Fact]
    public void Read_GivesWhatComesBeforeACut_ThenSaysSo()
    {
        byte[] plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000)));
        byte[] packed = Deflate(plain, CompressionLevel.Optimal);
        var sizes = new List<int>();

        for (int length = 0; length < packed.Length; length += packed.Length / 50)
        {
            var read = new MemoryStream();
            Assert.Throws<InvalidDataException>(() => Inflate(packed.AsSpan(0, length), read));
            Assert.Equal(plain[..(int)read.Length], read.ToArray());
            sizes.Add((int)read.Length);
        }

        Assert.Equal(sizes.Order(), sizes);
        Assert.InRange(sizes[^1], plain.Length * 9 / 10, plain.Length);
    }

    [Fact]
    public void Read_OfDamagedData_EndsOrSaysSo()
    {
        byte[] packed = Deflate(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000))), CompressionLevel.Optimal);
        var random = new CounterRandom(1);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            try
            {
                Inflate(Damage.Apply(packed, ref random), out _);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 3000);
    }

    [Fact]
    public void Crc32_IsThatOfTheStandard()
    {
        Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));
        Assert.Equal(Crc32.Append(0, "123456789abcdefgh"u8), Crc32.Append(Crc32.Append(0, "123"u8), "456789abcdefgh"u8));
    }

    private static IEnumerable<byte[]> Plains()
    {
        var random = new CounterRandom(7);
        yield return [];
        yield return [65];
        yield return new byte[300_000];
        yield return Encoding.UTF8.GetBytes(Archives.Words(ref random, 60_000));
        byte[] noise = new byte[200_000];
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)random.NextInt32(256);
        }

        yield return noise;
        yield return [.. noise.Select(value => (byte)(value * value / 300))];
    }

    private static byte[] Deflate(byte[] plain, CompressionLevel level)
    {
        var packed = new MemoryStream();
        using (var stream = new DeflateStream(packed, level, leaveOpen: true))
        {
            stream.Write(plain);
        }

        return packed.Length == 0 ? [3, 0] : packed.ToArray();
    }

    private static byte[] Inflate(ReadOnlySpan<byte> packed, out long consumed)
    {
        var plain = new MemoryStream();
        consumed = Inflate(packed, plain);
        return plain.ToArray();
    }

    private static unsafe long Inflate(ReadOnlySpan<byte> packed, MemoryStream plain)
    {
        var inflater = new Inflater();
        fixed (byte* bytes = packed)
        {
            inflater.Begin(bytes, packed.Length);
            for (ReadOnlySpan<byte> read = inflater.Read(); !read.IsEmpty; read = inflater.Read())
            {
                plain.Write(read);
            }
        }

        return inflater.Consumed;
    }
}
