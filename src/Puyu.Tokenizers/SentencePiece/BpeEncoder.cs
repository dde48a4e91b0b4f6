using System.Runtime.Intrinsics;
using System.Text;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Encodes text by a character-level byte-pair model with one thread's cache and scratch memory.</summary>
/// <remarks>
/// The text is cut wherever <see cref="BigramSet"/> says that nothing joins, mostly into chunks of one to five
/// characters. A chunk of one character is a table look-up, a longer one is looked for in the cache, and merged if it
/// is not there.
/// </remarks>
internal sealed class BpeEncoder(BpeModel model)
{
    private readonly ChunkCache _cache = new();
    private readonly Merger _merger = new(model.Merges);
    private int[] _symbols = new int[64];

    /// <summary>Appends the ids of normalized text.</summary>
    /// <param name="text">Valid UTF-8, spaces as spaces.</param>
    /// <param name="ids">Added to.</param>
    public void Encode(ReadOnlySpan<byte> text, TokenBuffer ids)
    {
        int first = ids.Count;
        int at = 0;
        while (at < text.Length)
        {
            int codePoint = Utf8.Decode(text, at, out int length);
            int entry = model.Characters.Of(codePoint);
            if (entry >= BpeModel.BeginsFrozen)
            {
                int frozen = model.Frozen.Match(text[at..], codePoint, out int id);
                if (frozen > 0)
                {
                    ids.Add(id);
                    at += frozen;
                    continue;
                }
            }

            int symbol = (entry & ~BpeModel.BeginsFrozen) - 1;
            int end = symbol < 0 ? at + length : ChunkEnd(text, at + length, codePoint);
            if (symbol < 0)
            {
                AddUnknown(codePoint, first, ids);
            }
            else if (end == at + length && symbol < model.PieceCount && model.HasPlainSymbols)
            {
                ids.Add(symbol);
            }
            else
            {
                EncodeChunk(text, at, end, first, ids);
            }

            at = end;
        }
    }

    /// <summary>First position at or after <paramref name="end"/> where the text may be cut.</summary>
    private int ChunkEnd(ReadOnlySpan<byte> text, int end, int previous)
    {
        BigramSet bigrams = model.Bigrams;

        // A pair of ASCII characters that may join is known to the vocabulary, so that nothing else need be asked.
        while (end < text.Length && (previous | text[end]) < 0x80 && !model.HasAsciiFrozen)
        {
            if (!bigrams.MayJoinAscii(previous, text[end]))
            {
                return end;
            }

            previous = text[end++];
        }

        while (end < text.Length)
        {
            int codePoint = Utf8.Decode(text, end, out int length);
            if (!bigrams.MayJoin(previous, codePoint))
            {
                break;
            }

            int entry = model.Characters.Of(codePoint);
            if ((entry & ~BpeModel.BeginsFrozen) == 0
                || (entry >= BpeModel.BeginsFrozen && model.Frozen.Match(text[end..], codePoint, out _) > 0))
            {
                break;
            }

            previous = codePoint;
            end += length;
        }

        return end;
    }

    private void EncodeChunk(ReadOnlySpan<byte> text, int start, int end, int first, TokenBuffer ids)
    {
        int length = end - start;
        if (length > ChunkCache.MaxBytes)
        {
            Merge(text[start..end], first, ids);
            return;
        }

        Vector128<byte> key = ChunkCache.Key(text, start, length);
        if (!_cache.TryAppend(key, ids))
        {
            int before = ids.Count;
            if (Merge(text[start..end], first, ids))
            {
                _cache.Remember(key, ids.Span[before..]);
            }
        }
    }

    /// <summary>
    /// Merges a chunk; false where the result depends on what came before, because of the unknown piece.
    /// </summary>
    private bool Merge(ReadOnlySpan<byte> chunk, int first, TokenBuffer ids)
    {
        if (_symbols.Length < chunk.Length)
        {
            _symbols = new int[chunk.Length];
        }

        int count = 0;
        for (int at = 0; at < chunk.Length;)
        {
            int codePoint = Utf8.Decode(chunk, at, out int length);
            _symbols[count++] = (model.Characters.Of(codePoint) & ~BpeModel.BeginsFrozen) - 1;
            at += length;
        }

        count = _merger.Merge(_symbols.AsSpan(0, count));
        bool isPure = true;
        for (int i = 0; i < count; i++)
        {
            isPure &= Add(_symbols[i], first, ids);
        }

        return isPure;
    }

    private bool Add(int symbol, int first, TokenBuffer ids)
    {
        if (symbol >= model.PieceCount)
        {
            return AddUnknown(model.ExtraCharacter(symbol), first, ids);
        }

        bool isPure = true;
        if (!model.HasPlainSymbols && model.Expansion(symbol) is int[] parts && parts[0] != symbol)
        {
            foreach (int part in parts)
            {
                isPure &= Add(part, first, ids);
            }

            return isPure;
        }

        ids.Add(symbol);
        return true;
    }

    /// <summary>Adds the bytes of a character, or the unknown piece unless it was just added.</summary>
    private bool AddUnknown(int codePoint, int first, TokenBuffer ids)
    {
        if (model.ByteIds is int[] byteIds)
        {
            Span<byte> bytes = stackalloc byte[4];
            int count = new Rune(codePoint == ' ' ? model.SpelledSpace : codePoint).EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
            {
                ids.Add(byteIds[bytes[i]]);
            }

            return true;
        }

        if (ids.Count == first || ids.Span[^1] != model.UnknownId)
        {
            ids.Add(model.UnknownId);
        }

        return false;
    }
}
