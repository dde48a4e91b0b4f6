using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Puyu.Serving.Proxy;

/// <summary>Which node has seen which beginnings of prompts: a guess at what their caches hold.</summary>
/// <remarks>
/// A beginning is known by the chained hash of its pieces, so that a lookup costs one probe for each piece, and the
/// table never holds text. Wrong guesses cost time alone.
/// </remarks>
/// <param name="capacity">Pieces remembered; the oldest are forgotten first.</param>
internal sealed class PrefixTable(int capacity = 1 << 18)
{
    /// <summary>Bytes of a piece: about a block of a cache.</summary>
    public const int PieceBytes = 128;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Uri> _nodes = [];
    private readonly Queue<ulong> _ages = new();

    /// <summary>Finds the node that has seen the longest beginning of a prompt.</summary>
    /// <param name="prompt">Text as bytes.</param>
    /// <param name="candidates">Nodes that may be chosen.</param>
    /// <returns>The node and how many pieces it has seen; null if none has seen any.</returns>
    public (Node Node, int Pieces)? Find(ReadOnlySpan<byte> prompt, IReadOnlyList<Node> candidates)
    {
        (Node, int)? best = null;
        int piece = 0;
        lock (_lock)
        {
            ulong chain = 0;
            while (TryNext(prompt, piece, ref chain) && _nodes.TryGetValue(chain, out Uri? url))
            {
                piece++;
                if (candidates.FirstOrDefault(node => node.Url == url) is { } node)
                {
                    best = (node, piece);
                }
            }
        }

        return best;
    }

    /// <summary>Notes that a node sees a prompt now.</summary>
    /// <param name="prompt">Text as bytes.</param>
    /// <param name="node">Where it goes.</param>
    public void Add(ReadOnlySpan<byte> prompt, Node node)
    {
        lock (_lock)
        {
            ulong chain = 0;
            for (int piece = 0; TryNext(prompt, piece, ref chain); piece++)
            {
                if (_nodes.TryAdd(chain, node.Url))
                {
                    _ages.Enqueue(chain);
                }
                else
                {
                    _nodes[chain] = node.Url;
                }
            }

            while (_ages.Count > capacity)
            {
                _nodes.Remove(_ages.Dequeue());
            }
        }
    }

    private static bool TryNext(ReadOnlySpan<byte> prompt, int piece, ref ulong chain)
    {
        if ((piece + 1) * PieceBytes > prompt.Length)
        {
            return false;
        }

        Span<byte> link = stackalloc byte[sizeof(ulong) + PieceBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(link, chain);
        prompt.Slice(piece * PieceBytes, PieceBytes).CopyTo(link[sizeof(ulong)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(link, hash);
        chain = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        return true;
    }
}
