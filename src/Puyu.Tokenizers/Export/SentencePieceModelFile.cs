using System.Globalization;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Export;

/// <summary>Writes SentencePiece's own model files (ModelProto of sentencepiece_model.proto, proto2).</summary>
/// <remarks>
/// A byte-level vocabulary has no such file: see docs/tokenizer-training.md. Train with
/// <see cref="Training.SentencePieceTrainer"/> where one is wanted.
/// </remarks>
public static class SentencePieceModelFile
{
    private const int ModelTypeUnigram = 1;
    private const int ModelTypeBpe = 2;

    /// <summary>Writes a file.</summary>
    /// <param name="tokenizer">What to write; the same tokenizer gives the same bytes.</param>
    /// <param name="path">The file; replaced as a whole or not at all.</param>
    /// <exception cref="ArgumentException">
    /// The format cannot say what the tokenizer does; names the token or the rule at fault.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(Tokenizer tokenizer, string path)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] file = tokenizer switch
        {
            SentencePieceTokenizer pieces => Write(pieces.Model),
            ByteLevelBpeTokenizer bytes => throw Unfit(bytes),
            _ => throw new ArgumentException(
                $"the tokenizer is {tokenizer.Kind} but must be SentencePiece's", nameof(tokenizer)),
        };
        AtomicFile.Write(path, stream => stream.Write(file));
    }

    /// <summary>The content of a file.</summary>
    /// <exception cref="ArgumentException">Reading it would give another model; says in which respect.</exception>
    internal static byte[] Write(SentencePieceModel model)
    {
        if (model.Merges is { Count: > 0 } merges)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"piece {merges[0].Merged} '{model.Pieces[merges[0].Merged].Text}' comes from a list of merges but a "
                + $"SentencePiece model merges by scores"));
        }

        var file = new ProtobufWriter();
        foreach (Piece piece in model.Pieces)
        {
            file.Write(1, Message(piece));
        }

        file.Write(2, TrainerMessage(model));
        file.Write(3, Message(model.Normalizer));
        byte[] bytes = file.Written.ToArray();
        ThrowIfOther(model, SentencePieceFile.Read(bytes));
        return bytes;
    }

    private static ReadOnlySpan<byte> Message(Piece piece)
    {
        var message = new ProtobufWriter();
        message.Write(1, piece.Text);
        message.Write(2, piece.Score);
        if (piece.Type != PieceType.Normal)
        {
            message.Write(3, (int)piece.Type);
        }

        return message.Written;
    }

    private static ReadOnlySpan<byte> TrainerMessage(SentencePieceModel model)
    {
        var message = new ProtobufWriter();
        message.Write(3, model.IsUnigram ? ModelTypeUnigram : ModelTypeBpe);
        message.Write(4, model.Pieces.Count);
        message.Write(35, model.HasByteFallback);
        message.Write(40, model.Ids.Unknown ?? 0);
        WriteRole(message, model, (IdField: 41, TextField: 46), model.Ids.Bos);
        WriteRole(message, model, (IdField: 42, TextField: 47), model.Ids.Eos);
        WriteRole(message, model, (IdField: 43, TextField: 48), model.Ids.Pad);
        message.Write(44, model.UnknownSurface);
        return message.Written;
    }

    private static void WriteRole(
        ProtobufWriter message, SentencePieceModel model, (int IdField, int TextField) fields, int? id)
    {
        if (id is int piece)
        {
            message.Write(fields.IdField, piece);
        }

        message.Write(fields.TextField, id is null ? "" : model.Pieces[id.Value].Text);
    }

    private static ReadOnlySpan<byte> Message(NormalizerRules rules)
    {
        var message = new ProtobufWriter();
        message.Write(1, rules.Charsmap.Length > 0 ? "user_defined" : "identity");
        if (rules.Charsmap.Length > 0)
        {
            message.Write(2, rules.Charsmap);
        }

        message.Write(3, rules.AddsDummyPrefix);
        message.Write(4, rules.RemovesExtraSpaces);
        message.Write(5, rules.EscapesSpaces);
        return message.Written;
    }

    private static void ThrowIfOther(SentencePieceModel model, SentencePieceModel read)
    {
        string? difference =
            (model.Normalizer with { Charsmap = [] }) != (read.Normalizer with { Charsmap = [] })
                ? "how spaces are handled"
            : model.Ids != read.Ids ? $"the roles {model.Ids}"
            : !model.Aliases.OrderBy(name => name.Key).SequenceEqual(read.Aliases.OrderBy(name => name.Key))
                ? $"the second names {string.Join(", ", model.Aliases.Keys)}"
            : null;
        if (difference is not null)
        {
            throw new ArgumentException($"{difference} cannot be said in a SentencePiece model file");
        }
    }

    /// <summary>
    /// Names the first learned token: merges of bytes within pretokens are not merges of characters anywhere.
    /// </summary>
    private static ArgumentException Unfit(ByteLevelBpeTokenizer tokenizer)
    {
        int first = Enumerable.Range(0, tokenizer.Model.Tokens.Count)
            .FirstOrDefault(id => tokenizer.Model.Tokens[id].Length > 1);
        return new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"token {first} '{ByteAlphabet.Spell(tokenizer.Model.Tokens[first])}' is merged from bytes within "
            + $"pretokens of {tokenizer.Pattern} but SentencePiece merges characters, across pretokens too; train with "
            + $"SentencePieceTrainer, or save as tokenizer.json"));
    }
}
