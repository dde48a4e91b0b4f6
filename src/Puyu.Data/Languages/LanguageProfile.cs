namespace Puyu.Data.Languages;

/// <summary>How often features occur in a language.</summary>
/// <param name="Language">Its code.</param>
/// <param name="Script">Its script.</param>
/// <param name="Floor">Logarithm of the probability of a feature never seen.</param>
/// <param name="Gains">
/// By bucket: how much more the logarithm is, in units of <see cref="LanguageIdentifier.GainStep"/>.
/// </param>
internal sealed record LanguageProfile(string Language, Script Script, float Floor, byte[] Gains)
{
    /// <summary>Writes it: of the gains those that are not 0, some 3 bytes each.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Language);
        writer.Write((byte)Script);
        writer.Write(Floor);
        writer.Write7BitEncodedInt(Gains.Length - Gains.AsSpan().Count((byte)0));
        int previous = -1;
        for (int bucket = 0; bucket < Gains.Length; bucket++)
        {
            if (Gains[bucket] > 0)
            {
                writer.Write7BitEncodedInt(bucket - previous - 1);
                writer.Write(Gains[bucket]);
                previous = bucket;
            }
        }
    }

    /// <summary>Reads one.</summary>
    public static LanguageProfile Read(BinaryReader reader)
    {
        string language = reader.ReadString();
        var script = (Script)reader.ReadByte();
        float floor = reader.ReadSingle();
        byte[] gains = new byte[LanguageIdentifier.Buckets];
        int bucket = -1;
        for (int left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bucket += reader.Read7BitEncodedInt() + 1;
            gains[bucket] = reader.ReadByte();
        }

        return new LanguageProfile(language, script, floor, gains);
    }
}
