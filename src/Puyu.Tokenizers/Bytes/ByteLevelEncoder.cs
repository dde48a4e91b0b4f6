using System.Runtime.Intrinsics;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>Encodes text with one thread's cache and scratch memory.</summary>
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

        Span<int> symbols = ids.Reserve(pretoken.Length)[..pretoken.Length];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = model.ByteIds[pretoken[i]];
        }

        ids.Advance(_merger.Merge(symbols));
    }
}
