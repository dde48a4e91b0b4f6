using System.Runtime.Intrinsics;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>Encodes text with one thread's cache and scratch memory.</summary>
/// <remarks>
/// A pretoken is looked for in the cache, then in the vocabulary; else it is cut where <see cref="JunctionSet"/> says
/// that nothing joins, and its parts, of a character or two in scripts without spaces, are looked for in the cache and
/// merged.
/// </remarks>
internal sealed class ByteLevelEncoder(ByteLevelModel model, SplitPattern pattern)
{
    private readonly ChunkCache _cache = new();
    private readonly Merger _merger = new(model.Merges);

    /// <summary>Appends the ids of valid UTF-8.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, TokenBuffer ids)
    {
        int at = 0;
        while (at < utf8.Length)
        {
            int end = PretokenScanner.Next(utf8, at, pattern);
            int length = end - at;
            if (length > ChunkCache.MaxBytes)
            {
                EncodePretoken(utf8[at..end], ids);
            }
            else
            {
                Vector128<byte> key = ChunkCache.Key(utf8, at, length);
                if (!_cache.TryAppend(key, ids))
                {
                    int before = ids.Count;
                    EncodePretoken(utf8[at..end], ids);
                    _cache.Remember(key, ids.Span[before..]);
                }
            }

            at = end;
        }
    }

    private void EncodePretoken(ReadOnlySpan<byte> pretoken, TokenBuffer ids)
    {
        if (model.TakesWholePretokens && model.Tokens.Find(pretoken) is int whole && whole >= 0)
        {
            ids.Add(whole);
            return;
        }

        int start = 0;
        for (int at = Utf8.Length(pretoken[0]); at < pretoken.Length; at += Utf8.Length(pretoken[at]))
        {
            if (!model.Junctions.MayJoin(pretoken, at))
            {
                EncodePart(pretoken, start, at, ids);
                start = at;
            }
        }

        EncodePart(pretoken, start, pretoken.Length, ids);
    }

    /// <summary>Encodes what lies between two cuts. It is merged even where it is a token, unlike a pretoken.</summary>
    private void EncodePart(ReadOnlySpan<byte> pretoken, int start, int end, TokenBuffer ids)
    {
        int length = end - start;
        if (length > ChunkCache.MaxBytes || length == pretoken.Length)
        {
            Merge(pretoken[start..end], ids);
            return;
        }

        Vector128<byte> key = ChunkCache.Key(pretoken, start, length, ChunkCache.OtherRule);
        if (!_cache.TryAppend(key, ids))
        {
            int before = ids.Count;
            Merge(pretoken[start..end], ids);
            _cache.Remember(key, ids.Span[before..]);
        }
    }

    private void Merge(ReadOnlySpan<byte> part, TokenBuffer ids)
    {
        Span<int> symbols = ids.Reserve(part.Length)[..part.Length];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = model.ByteIds[part[i]];
        }

        ids.Advance(_merger.Merge(symbols));
    }
}
