using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Puyu.Data.InternEvo;

/// <summary>Two-dimensional integer arrays in NumPy's .npy format, version 1.0.</summary>
/// <remarks>
/// 0x93 "NUMPY" 1 0, the header's length in 16 bits, the header: a Python dictionary, spaces and a line feed up to a
/// multiple of 64 bytes from the beginning; then the rows. Source: NumPy enhancement proposal 1.
/// </remarks>
internal static partial class NpyTable
{
    private const int PrefixBytes = 10;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes rows of two columns, as 32-bit integers if all fit, else as 64-bit.</summary>
    public static void Write(Stream stream, IReadOnlyList<(long First, long Second)> rows)
    {
        bool isWide = rows.Any(row => row.First > int.MaxValue || row.Second > int.MaxValue);
        string dictionary = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '<i{(isWide ? 8 : 4)}', 'fortran_order': False, 'shape': ({rows.Count}, 2), }}");
        int headerBytes = ((PrefixBytes + dictionary.Length + 1 + 63) / 64 * 64) - PrefixBytes;
        stream.Write(Magic);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)headerBytes);
        stream.Write(number[..2]);
        stream.Write(Encoding.ASCII.GetBytes(dictionary.PadRight(headerBytes - 1) + "\n"));
        foreach ((long first, long second) in rows)
        {
            WriteInteger(first);
            WriteInteger(second);
        }

        void WriteInteger(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            stream.Write(bytes[..(isWide ? 8 : 4)]);
        }
    }

    /// <summary>Reads the first and the last column of an array of at least two columns.</summary>
    /// <exception cref="InvalidDataException">The file is not such an array.</exception>
    public static (long First, long Last)[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < PrefixBytes || !bytes.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException(
                $"{path} is not a .npy file of version 1.0: it does not begin with its magic number");
        }

        int dataOffset = PrefixBytes + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        string header = Encoding.ASCII.GetString(bytes, PrefixBytes, Math.Min(dataOffset, bytes.Length) - PrefixBytes);
        if (Header().Match(header) is not { Success: true } match
            || !long.TryParse(match.Groups["rows"].ValueSpan, CultureInfo.InvariantCulture, out long rows)
            || !int.TryParse(match.Groups["columns"].ValueSpan, CultureInfo.InvariantCulture, out int columns)
            || columns < 2)
        {
            throw new InvalidDataException(
                $"{path} has the header {header.Trim()} at offset {PrefixBytes} but must be an array of <i4 or <i8 in "
                + "C order with at least two columns");
        }

        int itemBytes = match.Groups["bytes"].Value == "4" ? 4 : 8;
        if (rows > bytes.Length || (Int128)dataOffset + ((Int128)rows * columns * itemBytes) != bytes.Length)
        {
            throw new InvalidDataException(
                $"{path} has {bytes.Length} bytes but needs {dataOffset} and {rows} × {columns} items of {itemBytes}");
        }

        var table = new (long First, long Last)[rows];
        int rowBytes = columns * itemBytes;
        for (int row = 0; row < table.Length; row++)
        {
            ReadOnlySpan<byte> at = bytes.AsSpan(dataOffset + (row * rowBytes), rowBytes);
            table[row] = (ReadInteger(at, itemBytes), ReadInteger(at[^itemBytes..], itemBytes));
        }

        return table;
    }

    private static long ReadInteger(ReadOnlySpan<byte> bytes, int itemBytes) => itemBytes == 4
        ? BinaryPrimitives.ReadInt32LittleEndian(bytes)
        : BinaryPrimitives.ReadInt64LittleEndian(bytes);

    [GeneratedRegex(
        @"^\{'descr': '<i(?<bytes>[48])', 'fortran_order': False, "
        + @"'shape': \((?<rows>\d+), (?<columns>\d+)\),? ?\} *\n$")]
    private static partial Regex Header();
}
