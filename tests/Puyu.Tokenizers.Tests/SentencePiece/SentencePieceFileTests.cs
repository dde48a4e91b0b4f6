using Puyu.Tokenizers.SentencePiece;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.SentencePiece;

public class SentencePieceFileTests
{
    [Fact]
    public void Read_FindsEveryField()
    {
        Piece[] pieces = [.. ModelFiles.WithControls(("a", -1.5f)), new Piece("\u2581b", -2, PieceType.UserDefined)];
        byte[] charsmap = ModelFiles.Charsmap(("x", "y"));

        SentencePieceModel model = SentencePieceFile.Read(ModelFiles.SentencePiece(
            pieces, isUnigram: true, byteFallback: true, dummyPrefix: true, removeSpaces: true, charsmap: charsmap));

        Assert.Equal(pieces, model.Pieces);
        Assert.Equal((true, true), (model.IsUnigram, model.HasByteFallback));
        Assert.Equal((true, true, true), (
            model.Normalizer.AddsDummyPrefix, model.Normalizer.RemovesExtraSpaces, model.Normalizer.EscapesSpaces));
        Assert.Equal(charsmap, model.Normalizer.Charsmap);
        Assert.Equal(new SpecialIds(Bos: 1, Eos: 2, Unknown: 0), model.Ids);
    }

    [Theory]
    [InlineData("0A05", "offset 2: 5 bytes are announced but 0 are left in the message")]
    [InlineData("0A020A7F", "offset 4: 127 bytes are announced but 0 are left in the message")]
    [InlineData("0A0308FF01", "offset 3: field 1 is written as Varint but must be Bytes")]
    [InlineData("0A030A01FF", "offset 4: the text is not UTF-8")]
    [InlineData("80FFFFFFFFFFFFFFFFFF7F", "offset 0: a varint has more than 64 bits")]
    [InlineData("00", "offset 0: the tag is 0 but must name a field and one of the wire types 0, 1, 2 and 5")]
    [InlineData("0B", "offset 0: the tag is 11 but must name a field and one of the wire types 0, 1, 2 and 5")]
    [InlineData("12021803", "the model is of type 3 with spaces as prefixes, but must be unigram (1) or BPE (2)")]
    public void Read_NamesTheOffset_WhereTheFileIsDamaged(string hex, string expected)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(
            () => SentencePieceFile.Read(Convert.FromHexString(hex)));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NamesThePiece_ThatBreaksARule()
    {
        Assert.Equal("piece 4 'a' is there twice: as piece 3 too", ErrorOf(ModelFiles.WithControls(("a", -1), ("a", -2))));
        Assert.Equal("piece 3 'a' has the score NaN but scores are finite", ErrorOf(ModelFiles.WithControls(("a", float.NaN))));
        Assert.Equal("piece 3 '' has 0 bytes but pieces have 1 to 1024", ErrorOf(ModelFiles.WithControls(("", -1))));
        Assert.Equal("piece 0 'a' is of type 9 but types are 1 to 6", ErrorOf([new Piece("a", 0, (PieceType)9)]));
        Assert.Equal(
            "piece 0 '<0xZZ>' is a byte piece but does not look like <0x41>",
            ErrorOf([new Piece("<0xZZ>", 0, PieceType.Byte)]));
        Assert.Equal(
            "none of the 1 pieces is of type unknown but one must be", ErrorOf([new Piece("a", 0, PieceType.Normal)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(100)]
    public void Charsmap_IsRefused_WhereItIsCutOff(int length)
    {
        byte[] blob = ModelFiles.Charsmap(("x", "y"));

        Assert.Throws<InvalidDataException>(() => new Charsmap(blob.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => new Charsmap(blob.AsSpan(0, blob.Length - 1)));
    }

    [Theory]
    [InlineData(false, "\u2581\u2581a")]
    [InlineData(true, "\u2581a")]
    public void Normalizer_PutsASpace_BeforeTextOrOnlyWords(bool onlyWords, string expected)
    {
        SentencePieceModel model = SentencePieceFile.Read(ModelFiles.SentencePiece(
            ModelFiles.WithControls(("\u2581", -1), ("a", -1)), dummyPrefix: true));
        var tokenizer = SentencePieceTokenizer.Create(
            model with { Normalizer = model.Normalizer with { PrefixesOnlyWords = onlyWords } });

        Assert.Equal(expected, string.Concat(tokenizer.Encode(" a").Select(id => model.Pieces[id].Text)));
    }

    private static string ErrorOf(Piece[] pieces) => Assert.Throws<InvalidDataException>(
        () => SentencePieceTokenizer.Create(SentencePieceFile.Read(ModelFiles.SentencePiece(pieces)))).Message;
}
