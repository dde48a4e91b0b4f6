using System.Buffers.Binary;

namespace Puyu.Data.Formats;

/// <summary>The checksum of gzip members.</summary>
/// <remarks>
/// Polynomial 0x04C11DB7, reflected, as in RFC 1952, § 8; eight bytes a step from eight tables (Kounavis and Berry, A
/// Systematic Approach to Building High Performance Software-Based CRC Generators, 2005).
/// </remarks>
internal static class Crc32
{
    private static readonly uint[] _tables = Tables();

    /// <summary>
    /// Checksum of some bytes after those of which <paramref name="crc"/> is the checksum; of none it is 0.
    /// </summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] t = _tables;
        crc = ~crc;
        while (bytes.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[0x700 + (low & 255)] ^ t[0x600 + ((low >> 8) & 255)]
                ^ t[0x500 + ((low >> 16) & 255)] ^ t[0x400 + (low >> 24)]
                ^ t[0x300 + (high & 255)] ^ t[0x200 + ((high >> 8) & 255)]
                ^ t[0x100 + ((high >> 16) & 255)] ^ t[high >> 24];
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
        {
            crc = (crc >> 8) ^ t[(crc ^ value) & 255];
        }

        return ~crc;
    }

    private static uint[] Tables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
            }

            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = (before >> 8) ^ tables[before & 255];
        }

        return tables;
    }
}
