using System.Text;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Reads SentencePiece's own model files (ModelProto of sentencepiece_model.proto, proto2).</summary>
internal static class SentencePieceFile
{
    private const int ModelTypeUnigram = 1;
    private const int ModelTypeBpe = 2;

    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such model; says where and why.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> file)
    {
        var pieces = new List<Piece>();
        var trainer = new TrainerFields();
        var normalizer = new NormalizerRules();
        var reader = new ProtobufReader(file, 0);
        while (reader.TryReadTag())
        {
            switch (reader.Field)
            {
                case 1:
                    pieces.Add(ReadPiece(Nested(ref reader)));
                    break;
                case 2:
                    ReadTrainer(Nested(ref reader), trainer);
                    break;
                case 3:
                    normalizer = ReadNormalizer(Nested(ref reader));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (trainer.ModelType is not (ModelTypeUnigram or ModelTypeBpe) || trainer.TreatsSpaceAsSuffix)
        {
            string spaces = trainer.TreatsSpaceAsSuffix ? "suffixes" : "prefixes";
            throw new InvalidDataException(
                $"the model is of type {trainer.ModelType} with spaces as {spaces}, but must be unigram (1) or BPE (2) "
                + "with spaces as prefixes");
        }

        SpecialIds ids = Roles(pieces, trainer);
        IReadOnlyDictionary<string, int> names = InternLm2Names.Of(pieces);
        return new SentencePieceModel
        {
            Pieces = pieces,
            IsUnigram = trainer.ModelType == ModelTypeUnigram,
            HasByteFallback = trainer.HasByteFallback,
            Normalizer = normalizer,
            UnknownSurface = trainer.UnknownSurface,
            Ids = names.Count > 0 ? ids with { Pad = ids.Eos } : ids,
            Aliases = names,
        };
    }

    private static ProtobufReader Nested(ref ProtobufReader reader)
    {
        ReadOnlySpan<byte> message = reader.ReadBytes();
        return new ProtobufReader(message, reader.Offset - message.Length);
    }

    private static Piece ReadPiece(ProtobufReader reader)
    {
        var piece = new Piece("", 0, PieceType.Normal);
        while (reader.TryReadTag())
        {
            switch (reader.Field)
            {
                case 1:
                    piece = piece with { Text = ReadText(ref reader) };
                    break;
                case 2:
                    piece = piece with { Score = reader.ReadSingle() };
                    break;
                case 3:
                    piece = piece with { Type = (PieceType)reader.ReadInt32() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return piece;
    }

    private static string ReadText(ref ProtobufReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException invalid)
        {
            throw new InvalidDataException($"offset {reader.Offset - bytes.Length}: the text is not UTF-8", invalid);
        }
    }

    private static void ReadTrainer(ProtobufReader reader, TrainerFields fields)
    {
        while (reader.TryReadTag())
        {
            switch (reader.Field)
            {
                case 3:
                    fields.ModelType = reader.ReadInt32();
                    break;
                case 24:
                    fields.TreatsSpaceAsSuffix = reader.ReadInt32() != 0;
                    break;
                case 35:
                    fields.HasByteFallback = reader.ReadInt32() != 0;
                    break;
                case 44:
                    fields.UnknownSurface = ReadText(ref reader);
                    break;
                case 46:
                    fields.BosPiece = ReadText(ref reader);
                    break;
                case 47:
                    fields.EosPiece = ReadText(ref reader);
                    break;
                case 48:
                    fields.PadPiece = ReadText(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static NormalizerRules ReadNormalizer(ProtobufReader reader)
    {
        var rules = new NormalizerRules();
        while (reader.TryReadTag())
        {
            switch (reader.Field)
            {
                case 2:
                    rules = rules with { Charsmap = reader.ReadBytes().ToArray() };
                    break;
                case 3:
                    rules = rules with { AddsDummyPrefix = reader.ReadInt32() != 0 };
                    break;
                case 4:
                    rules = rules with { RemovesExtraSpaces = reader.ReadInt32() != 0 };
                    break;
                case 5:
                    rules = rules with { EscapesSpaces = reader.ReadInt32() != 0 };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return rules;
    }

    /// <summary>Roles go by the names of pieces, as the library's do, because the trainer's ids may be stale.</summary>
    private static SpecialIds Roles(List<Piece> pieces, TrainerFields trainer) => new(
        Bos: Find(pieces, piece => piece.Type == PieceType.Control && piece.Text == trainer.BosPiece),
        Eos: Find(pieces, piece => piece.Type == PieceType.Control && piece.Text == trainer.EosPiece),
        Pad: Find(pieces, piece => piece.Type == PieceType.Control && piece.Text == trainer.PadPiece),
        Unknown: Find(pieces, piece => piece.Type == PieceType.Unknown));

    private static int? Find(List<Piece> pieces, Predicate<Piece> match)
    {
        int id = pieces.FindIndex(match);
        return id < 0 ? null : id;
    }

    private sealed class TrainerFields
    {
        public int ModelType { get; set; } = ModelTypeUnigram;

        public bool TreatsSpaceAsSuffix { get; set; }

        public bool HasByteFallback { get; set; }

        public string UnknownSurface { get; set; } = " \u2047 ";

        public string BosPiece { get; set; } = "<s>";

        public string EosPiece { get; set; } = "</s>";

        public string PadPiece { get; set; } = "<pad>";
    }
}
