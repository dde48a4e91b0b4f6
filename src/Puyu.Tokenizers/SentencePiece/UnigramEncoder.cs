using System.Text;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Finds the most probable way of cutting text into pieces, with one thread's scratch memory.</summary>
/// <remarks>
/// <code>
/// best(0) = 0
/// best(e) = max over pieces p that end at e of best(e − |p|) + score(p)
/// </code>
/// One pass over the characters, following the trie from each: linear in the text, times the longest piece. Sums are
/// rounded to float as the library rounds them, so that ties fall the same way. Source: Kudo, Subword Regularization,
/// 2018 (arXiv:1804.10959); sentencepiece/src/unigram_model.cc.
/// </remarks>
internal sealed class UnigramEncoder(UnigramModel model)
{
    private const int MaxKept = 1 << 16;

    private Node[] _nodes = [];
    private int[] _path = [];

    /// <summary>Appends the ids of normalized text.</summary>
    /// <param name="text">Valid UTF-8, spaces as spaces.</param>
    /// <param name="ids">Added to.</param>
    public void Encode(ReadOnlySpan<byte> text, TokenBuffer ids)
    {
        if (_nodes.Length <= text.Length)
        {
            _nodes = new Node[text.Length + 1];
            _path = new int[text.Length];
        }

        _nodes.AsSpan(0, text.Length + 1).Fill(new Node(-1, -1, 0));
        _nodes[0] = new Node(-1, 0, 0);
        for (int start = 0; start < text.Length; start += Utf8.Length(text[start]))
        {
            Extend(text, start);
        }

        AddPath(text, ids);
        if (_nodes.Length > MaxKept)
        {
            (_nodes, _path) = ([], []);
        }
    }

    private void Extend(ReadOnlySpan<byte> text, int start)
    {
        float before = _nodes[start].Score;
        int character = Utf8.Length(text[start]);
        bool hasCharacter = false;
        int node = ByteTrie.Root;
        for (int end = start; end < text.Length;)
        {
            node = model.Trie.Child(node, text[end]);
            if (node < 0)
            {
                break;
            }

            end++;
            int id = model.Trie.Id(node);
            if (id >= 0)
            {
                Offer(start, end, id, model.Score(id, end - start) + before);
                hasCharacter |= end - start == character;
            }
        }

        if (!hasCharacter)
        {
            Offer(start, start + character, model.UnknownId, (double)(model.UnknownScore + before));
        }
    }

    private void Offer(int start, int end, int id, double score)
    {
        ref Node node = ref _nodes[end];
        if (node.Start < 0 || score > node.Score)
        {
            node = new Node(id, start, (float)score);
        }
    }

    private void AddPath(ReadOnlySpan<byte> text, TokenBuffer ids)
    {
        int count = 0;
        for (int end = text.Length; end > 0; end = _nodes[end].Start)
        {
            _path[count++] = end;
        }

        bool afterUnknown = false;
        while (count > 0)
        {
            Node node = _nodes[_path[--count]];
            bool isUnknown = node.Id == model.UnknownId;
            if (!isUnknown)
            {
                ids.Add(node.Id);
            }
            else if (model.ByteIds is int[] byteIds)
            {
                AddBytes(Utf8.Decode(text, node.Start, out _), byteIds, ids);
            }
            else if (!afterUnknown)
            {
                ids.Add(node.Id);
            }

            afterUnknown = isUnknown;
        }
    }

    private void AddBytes(int codePoint, int[] byteIds, TokenBuffer ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = new Rune(codePoint == ' ' ? model.SpelledSpace : codePoint).EncodeToUtf8(bytes);
        for (int i = 0; i < count; i++)
        {
            ids.Add(byteIds[bytes[i]]);
        }
    }

    /// <summary>The best way to reach a position: by which piece, from where, with which score.</summary>
    private readonly record struct Node(int Id, int Start, float Score);
}
