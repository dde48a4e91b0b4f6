using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Puyu.Tokenizers.Tests.Support;

namespace Puyu.Tokenizers.Tests.Files;

/// <summary>
/// Ids against tiktoken's: counts and SHA-256 of the ids as little-endian 32-bit integers, from encode_ordinary of the
/// npm package tiktoken 1.0.22 over whole files.
/// </summary>
public class TiktokenParityTests
{
    private static readonly ConcurrentDictionary<string, Tokenizer> _tokenizers = new();

    [TiktokenTheory]
    [InlineData("corpora/tinyshakespeare.txt", 301829,
        "41f9d89de962497ce58fa3d370d3f2562de704f6bef72e035d3a211a3a396b9f")]
    [InlineData("corpora/war_and_peace_utf8.txt", 780494,
        "ea0bbd2cf7b8616c531959eba3786f399a51ac5b13ff1eb6a1ef6a447ed8db08")]
    [InlineData("corpora/红楼梦.txt", 1131721, "20725cf9d3922b30f50e4e4a5556b6852ab05f7fe0b5dba2d10685a61ff8c698")]
    [InlineData("corpora/三国演义.txt", 840105, "a39328598488ac5371c937047789751cc6c4f8edcaed5d243e4fda026e29fc0c")]
    [InlineData("corpora/tang300.json", 88685, "a45e97b2565fec3da8fed128b88fa2d21938fbf91492a81ca2bf6f15e3f7b63b")]
    [InlineData("corpora/wikitext2_test.txt", 299699,
        "badcdca28e4fcd5b91c95d4f93ac86e446951cb59231483251c48f3c592c3d68")]
    [InlineData("corpora/alice.htm", 63196, "76a8a7e5da6fe7599c478474e20715c67439c828ba0bad29faf487841224aa09")]
    [InlineData("langid/udhr_arb.html", 6645, "016fcf92b62917fe6295ecded6c4318c06569c444a90f0bd4815391d8c33df7f")]
    [InlineData("langid/udhr_jpn.html", 6192, "5fd3537866ba336fa4bf874925b5dcaf73c4df87d6e3aced8a467c9fb3482fc6")]
    [InlineData("langid/udhr_kor.html", 6055, "a34ae5554ead2cc44d29ede117c927e02e73b4fd9598b8c51af882ecf6ebef2e")]
    [InlineData("langid/udhr_rus.html", 6495, "10437d3ff8ff57fac590a16eb17929d16f1cf6328211bc75deb214b15d8d01e8")]
    public void Encode_MatchesTiktoken_Cl100k(string file, int tokens, string hash) =>
        AssertMatches("cl100k_base.tiktoken", file, tokens, hash);

    [TiktokenTheory]
    [InlineData("corpora/tinyshakespeare.txt", 297606,
        "5f27fd8a77c3acbc33cef2fafdef7ade3475d910dee9919b341a120014799d4a")]
    [InlineData("corpora/war_and_peace_utf8.txt", 773193,
        "9ca412c85060455ca26745a401f4d821903e63fb92d1f18494f4902ef72eaf5a")]
    [InlineData("corpora/红楼梦.txt", 798260, "579bd8b835f43a3027312eadb93e18b6b1e2c8705e018ad77673470477512496")]
    [InlineData("corpora/三国演义.txt", 601886, "4d8975a664c7f22d67c7b634f64d60dbe7b83c9b954a414471326a74cc4e6956")]
    [InlineData("corpora/tang300.json", 71405, "c747ca66ab390f5c7806f7523d672d788deedfaf903dcd02e409c88a0417df7b")]
    [InlineData("corpora/wikitext2_test.txt", 299428,
        "362d127b3777c40c7c7336162f3423bb728433a109649442e34e36d8634f21b6")]
    [InlineData("corpora/alice.htm", 61548, "47d5853a028edeeb8d8128c1ac995d11ace57013560f5531ff0668d310f15497")]
    [InlineData("langid/udhr_arb.html", 3771, "d35a78ecd81e20e7dad4d8ef6de79e0f24dc0ce67e01cac6bfc13153d2815b9d")]
    [InlineData("langid/udhr_jpn.html", 4935, "218788cf7e8b9359a5833c4cacf7aed56ba5bd8c1ab3add9bbe4d210c2462836")]
    [InlineData("langid/udhr_kor.html", 4149, "78a48888c42bdaeabff12ef0a65348c1ac4c7d7ce5b4b997bc7d2c4b4f6b6583")]
    [InlineData("langid/udhr_rus.html", 4178, "052b3ffa86abe15f0774908c39e5b3e0e240c98cc3c68381fcdc8abcc51355ae")]
    public void Encode_MatchesTiktoken_O200k(string file, int tokens, string hash) =>
        AssertMatches("o200k_base.tiktoken", file, tokens, hash);

    [TiktokenFact]
    public void Encode_NeverMakesASpecialToken_OfUntrustedText()
    {
        Tokenizer tokenizer = Load("cl100k_base.tiktoken");

        int[] untrusted = tokenizer.Encode("a<|endoftext|><|fim_prefix|>");
        Assert.DoesNotContain(untrusted, tokenizer.SpecialTokens.Values.Contains);
        Assert.Equal([64, 100257], tokenizer.EncodeWithSpecials("a<|endoftext|>"));
        Assert.Equal("a<|endoftext|>", tokenizer.Decode([64, 100257]));
        Assert.Equal(100277, tokenizer.VocabSize);
    }

    [TiktokenFact]
    public void Encode_IsLinear_OnAMegabyteOfOneLetter()
    {
        // The square of a million merges would take hours; this takes a second.
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 1_000_000));
        var ids = new TokenBuffer();

        Load("cl100k_base.tiktoken").Encode(text, ids);

        Assert.Equal(text, ids.Span.ToArray().SelectMany(id => Load("cl100k_base.tiktoken").TokenBytes(id).ToArray()));
    }

    [TiktokenFact]
    public void Encode_AllocatesNothing_OnceWarm()
    {
        byte[] text = File.ReadAllBytes(TestData.File("corpora", "wikitext2_test.txt"));
        var ids = new TokenBuffer();
        Tokenizer tokenizer = Load("cl100k_base.tiktoken");
        tokenizer.Encode(text, ids);
        ids.Clear();

        long before = GC.GetAllocatedBytesForCurrentThread();
        tokenizer.Encode(text, ids);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    private static void AssertMatches(string ranks, string file, int tokens, string hash)
    {
        byte[] text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(File.ReadAllBytes(TestData.File(file))));
        var ids = new TokenBuffer();

        Load(ranks).Encode(text, ids);

        Assert.Equal(tokens, ids.Count);
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(ids.Span))));
    }

    private static Tokenizer Load(string ranks) =>
        _tokenizers.GetOrAdd(ranks, name => TokenizerFile.Load(Path.Combine(TiktokenData.Root, name)));
}
