using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Puyu.Data.Classifiers;

namespace Puyu.Data.Languages;

/// <summary>
/// Tells in which language a text is: by its script, and within a script by sequences of characters. Safe for several
/// threads.
/// </summary>
/// <remarks>
/// <code>
/// p(L | text) ∝ exp(Σᵢ ln p(featureᵢ | L) / 5)      over the languages L of the script of most letters
/// </code>
/// Five features begin at each character, so that dividing by that many makes up for their dependence. Of a long text,
/// <see cref="SampleCharacters"/> from eight places count.
/// </remarks>
public sealed class LanguageIdentifier
{
    internal const int MaxLanguages = 255;
    internal const int Buckets = 1 << 15;
    internal const float GainStep = 0.05f;
    internal const double Smoothing = 0.02;

    private const string Signature = "PUYULID1";
    private const int SampleCharacters = 1200;
    private const int Samples = 8;
    private const float FeaturesACharacter = 5;

    private static readonly Lazy<LanguageIdentifier> _default = new(LoadDefault);

    private readonly LanguageProfile[] _profiles;
    private readonly Group?[] _groups = new Group?[Scripts.Count];

    internal LanguageIdentifier(LanguageProfile[] profiles)
    {
        _profiles = profiles;
        foreach (IGrouping<Script, LanguageProfile> group in profiles.GroupBy(profile => profile.Script))
        {
            _groups[(int)group.Key] = new Group([.. group]);
        }
    }

    /// <summary>The one that is part of this library.</summary>
    public static LanguageIdentifier Default => _default.Value;

    /// <summary>Codes of the languages it knows, in ordinal order.</summary>
    public IReadOnlyList<string> Languages => [.. _profiles.Select(profile => profile.Language)];

    internal static FeatureOptions Features { get; } =
        new() { BucketBits = 15, MaxWords = 1, MinCharacters = 1, MaxCharacters = 4 };

    /// <summary>The language of a text. At most some 1,200 characters are looked at.</summary>
    public LanguageScore Identify(ReadOnlySpan<char> text)
    {
        if (text.Length <= SampleCharacters)
        {
            return IdentifyAll(text);
        }

        const int Each = SampleCharacters / Samples;
        Span<char> sample = stackalloc char[SampleCharacters];
        for (int i = 0; i < Samples; i++)
        {
            int start = (int)((long)(text.Length - Each) * i / (Samples - 1));
            text.Slice(start, Each).CopyTo(sample[(i * Each)..]);
        }

        return IdentifyAll(sample);
    }

    /// <summary>
    /// The language of each paragraph: of each line, lines of fewer than 20 letters being part of the one before.
    /// </summary>
    public IReadOnlyList<ParagraphLanguage> IdentifyParagraphs(ReadOnlySpan<char> text)
    {
        const int LeastLetters = 20;
        var paragraphs = new List<(int Start, int Length)>();
        foreach (Range range in text.Split('\n'))
        {
            (int start, int length) = range.GetOffsetAndLength(text.Length);
            if (paragraphs.Count > 0 && Letters(text.Slice(start, length)) < LeastLetters)
            {
                (int first, _) = paragraphs[^1];
                paragraphs[^1] = (first, start + length - first);
            }
            else
            {
                paragraphs.Add((start, length));
            }
        }

        var found = new List<ParagraphLanguage>(paragraphs.Count);
        foreach ((int start, int length) in paragraphs)
        {
            found.Add(new ParagraphLanguage(start, length, Identify(text.Slice(start, length))));
        }

        return found;
    }

    /// <summary>Writes the model.</summary>
    /// <param name="path">The file; replaced whole or not at all.</param>
    public void Save(string path) => CheckedFile.Write(path, Signature, Write);

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The file is not such a model, cut or changed.</exception>
    public static LanguageIdentifier Load(string path) => CheckedFile.Read(path, Signature, Read);

    internal byte[] ToArray() => CheckedFile.ToArray(Signature, Write);

    private static LanguageIdentifier LoadDefault()
    {
        const string Name = "Puyu.Data.Languages.languages.bin";
        using Stream stream = typeof(LanguageIdentifier).Assembly.GetManifestResourceStream(Name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return CheckedFile.Read(content, Name, Signature, Read);
    }

    private void Write(BinaryWriter writer)
    {
        writer.Write((byte)_profiles.Length);
        foreach (LanguageProfile profile in _profiles)
        {
            profile.Write(writer);
        }
    }

    private static LanguageIdentifier Read(BinaryReader reader)
    {
        var profiles = new LanguageProfile[reader.ReadByte()];
        for (int i = 0; i < profiles.Length; i++)
        {
            profiles[i] = LanguageProfile.Read(reader);
        }

        return new LanguageIdentifier(profiles);
    }

    private static int Letters(ReadOnlySpan<char> text)
    {
        int letters = 0;
        foreach (char c in text)
        {
            letters += Scripts.Of(c) == Script.None ? 0 : 1;
        }

        return letters;
    }

    private LanguageScore IdentifyAll(ReadOnlySpan<char> text)
    {
        Script script = Scripts.Dominant(text, out float share);
        if (_groups[(int)script] is not { } group)
        {
            return new LanguageScore("und", 0);
        }

        if (group.Languages.Length == 1)
        {
            return new LanguageScore(group.Languages[0], share);
        }

        var sums = new GainSum(group.Gains, stackalloc ushort[group.Stride], stackalloc int[group.Stride]);
        HashedFeatures.Visit(text, Features, ref sums);
        sums.Carry();
        return group.Best(sums.Sums, sums.Count, share);
    }

    /// <summary>The languages of a script, with their gains side by side: [bucket, stride].</summary>
    private sealed class Group
    {
        private readonly float[] _floors;

        public Group(LanguageProfile[] profiles)
        {
            Languages = [.. profiles.Select(profile => profile.Language)];
            _floors = [.. profiles.Select(profile => profile.Floor)];
            Stride = (profiles.Length + GainSum.Lanes - 1) / GainSum.Lanes * GainSum.Lanes;
            Gains = new byte[Buckets * Stride];
            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                for (int i = 0; i < profiles.Length; i++)
                {
                    Gains[(bucket * Stride) + i] = profiles[i].Gains[bucket];
                }
            }
        }

        public string[] Languages { get; }

        /// <summary>Languages, padded to whole vectors.</summary>
        public int Stride { get; }

        public byte[] Gains { get; }

        public LanguageScore Best(ReadOnlySpan<int> gains, int features, float share)
        {
            Span<float> logs = stackalloc float[Languages.Length];
            int best = 0;
            for (int i = 0; i < logs.Length; i++)
            {
                logs[i] = ((gains[i] * GainStep) + (features * _floors[i])) / FeaturesACharacter;
                best = logs[i] > logs[best] ? i : best;
            }

            float sum = 0;
            foreach (float log in logs)
            {
                sum += MathF.Exp(log - logs[best]);
            }

            return new LanguageScore(Languages[best], share / sum);
        }
    }

    /// <summary>
    /// Adds the gains of all languages at once, in 16 bits, and carries them over before these overflow.
    /// </summary>
    private ref struct GainSum : IFeatureSink
    {
        public const int Lanes = 16;

        private const int MostAtOnce = 4;
        private const int MostBetweenCarries = (ushort.MaxValue / byte.MaxValue) - MostAtOnce;

        private readonly ReadOnlySpan<byte> _gains;
        private readonly Span<ushort> _partial;
        private int _sinceCarry;

        public GainSum(ReadOnlySpan<byte> gains, Span<ushort> partial, Span<int> sums)
        {
            _gains = gains;
            _partial = partial;
            Sums = sums;
            partial.Clear();
            sums.Clear();
        }

        public Span<int> Sums { get; }

        public int Count { get; private set; }

        public void Add(int bucket)
        {
            ref byte gains = ref Unsafe.Add(ref MemoryMarshal.GetReference(_gains), bucket * _partial.Length);
            ref ushort partial = ref MemoryMarshal.GetReference(_partial);
            for (int i = 0; i < _partial.Length; i += Lanes)
            {
                (Vector256.LoadUnsafe(ref partial, (nuint)i) + Wide(ref gains, i)).StoreUnsafe(ref partial, (nuint)i);
            }

            Counted(1);
        }

        public void Add(int first, int second, int third, int fourth)
        {
            int stride = _partial.Length;
            ref byte gains = ref MemoryMarshal.GetReference(_gains);
            ref ushort partial = ref MemoryMarshal.GetReference(_partial);
            for (int i = 0; i < stride; i += Lanes)
            {
                Vector256<ushort> sum = Wide(ref gains, (first * stride) + i) + Wide(ref gains, (second * stride) + i)
                    + Wide(ref gains, (third * stride) + i) + Wide(ref gains, (fourth * stride) + i);
                (Vector256.LoadUnsafe(ref partial, (nuint)i) + sum).StoreUnsafe(ref partial, (nuint)i);
            }

            Counted(4);
        }

        private static Vector256<ushort> Wide(ref byte gains, int at)
        {
            (Vector128<ushort> low, Vector128<ushort> high) =
                Vector128.Widen(Vector128.LoadUnsafe(ref gains, (nuint)at));
            return Vector256.Create(low, high);
        }

        private void Counted(int features)
        {
            Count += features;
            _sinceCarry += features;
            if (_sinceCarry > MostBetweenCarries)
            {
                Carry();
            }
        }

        /// <summary>Brings <see cref="Sums"/> up to date.</summary>
        public void Carry()
        {
            for (int i = 0; i < Sums.Length; i++)
            {
                Sums[i] += _partial[i];
            }

            _partial.Clear();
            _sinceCarry = 0;
        }
    }
}
