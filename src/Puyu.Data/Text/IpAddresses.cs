using System.Net;
using System.Net.Sockets;

namespace Puyu.Data.Text;

/// <summary>Which IP addresses are routed globally.</summary>
/// <remarks>Source: the special-purpose address registries of IANA (RFC 6890 and its successors).</remarks>
internal static class IpAddresses
{
    /// <summary>Reads four numbers up to 255 without leading zeros, divided by periods.</summary>
    /// <param name="text">Begins with a digit.</param>
    /// <param name="address">The number.</param>
    /// <param name="length">Its units.</param>
    public static bool TryReadV4(ReadOnlySpan<char> text, out uint address, out int length)
    {
        address = 0;
        length = 0;
        for (int part = 0; part < 4; part++)
        {
            if (part > 0)
            {
                if (length >= text.Length || text[length] != '.')
                {
                    return false;
                }

                length++;
            }

            int start = length;
            int value = 0;
            while (length < text.Length && length - start < 4 && char.IsAsciiDigit(text[length]))
            {
                value = (value * 10) + text[length++] - '0';
            }

            int digits = length - start;
            if (digits == 0 || value > 255 || (digits > 1 && text[start] == '0'))
            {
                return false;
            }

            address = (address << 8) | (uint)value;
        }

        return true;
    }

    /// <summary>Whether an address of version 4 is routed globally.</summary>
    public static bool IsPublic(uint address)
    {
        uint first = address >> 24;
        uint two = address >> 16;
        uint three = address >> 8;
        return first is not (0 or 10 or 127 or >= 224)
            && two is not (0xA9FE or 0xC0A8) && two is not (>= 0xAC10 and <= 0xAC1F)
            && two is not (>= 0x6440 and <= 0x647F) && two is not (0xC612 or 0xC613)
            && three is not (0xC00000 or 0xC00002 or 0xC63364 or 0xCB0071);
    }

    /// <summary>Whether text is an address of version 6 in scope.</summary>
    public static bool IsV6(ReadOnlySpan<char> text, AddressScope scope)
    {
        if (text.Length < 6 || !IPAddress.TryParse(text, out IPAddress? address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bool isSpecial = bytes is [0x20, 0x01, < 2, ..] or [0x20, 0x01, 0x0D, 0xB8, ..] or [0x3F, 0xFF, < 0x10, ..];
        return scope == AddressScope.All || ((bytes[0] & 0xE0) == 0x20 && !isSpecial);
    }
}
