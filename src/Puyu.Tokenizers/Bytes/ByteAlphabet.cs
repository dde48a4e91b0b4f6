namespace Puyu.Tokenizers.Bytes;

/// <summary>GPT-2's spelling of bytes as printable characters, in which vocabularies are written as text.</summary>
/// <remarks>
/// Bytes 33–126, 161–172 and 174–255 are the characters of that number; the other 68, in ascending order, are U+0100 to
/// U+0143. So a space is Ġ and a line feed Ċ. Source: Radford et al., 2019, the encoder that was published with GPT-2.
/// </remarks>
internal static class ByteAlphabet
{
    private const int FirstSubstitute = 0x100;

    private static readonly char[] _characters = BuildCharacters();
    private static readonly short[] _bytes = BuildBytes();

    /// <summary>Spells bytes.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i] = _characters[bytes[i]];
        }

        return new string(text);
    }

    /// <summary>Takes the spelling back; false where a character spells no byte.</summary>
    public static bool TryRead(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            int value = text[i] < _bytes.Length ? _bytes[text[i]] : -1;
            if (value < 0)
            {
                bytes = [];
                return false;
            }

            bytes[i] = (byte)value;
        }

        return true;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        int substitutes = 0;
        for (int value = 0; value < characters.Length; value++)
        {
            bool isItself = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            characters[value] = (char)(isItself ? value : FirstSubstitute + substitutes++);
        }

        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < _characters.Length; value++)
        {
            bytes[_characters[value]] = (short)value;
        }

        return bytes;
    }
}
