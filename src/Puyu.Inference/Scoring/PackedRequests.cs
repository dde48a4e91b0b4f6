namespace Puyu.Inference.Scoring;

/// <summary>Requests one behind the other, as a model takes them. Arrays have shape [T] unless said otherwise.</summary>
/// <param name="TokenIds">Inputs.</param>
/// <param name="PositionIds">Place in the request.</param>
/// <param name="CuSeqLens">Where requests begin, and T; shape [S + 1].</param>
/// <param name="Targets">The token to score at each place; −1 for none.</param>
/// <param name="Requests">Index of the request that each place belongs to.</param>
internal sealed record PackedRequests(
    int[] TokenIds, int[] PositionIds, int[] CuSeqLens, int[] Targets, int[] Requests)
{
    /// <summary>Packs some requests.</summary>
    /// <param name="requests">All requests.</param>
    /// <param name="first">Index of the first to pack.</param>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Input tokens of those together.</param>
    public static PackedRequests Of(IReadOnlyList<ScoreRequest> requests, int first, int count, int tokens)
    {
        var pack = new PackedRequests(
            new int[tokens], new int[tokens], new int[count + 1], new int[tokens], new int[tokens]);
        int row = 0;
        for (int i = 0; i < count; i++)
        {
            ScoreRequest request = requests[first + i];
            for (int position = 0; position < request.InputTokens; position++, row++)
            {
                pack.TokenIds[row] = request.TokenIds[position];
                pack.PositionIds[row] = position;
                pack.Targets[row] = position + 1 >= request.FirstScored ? request.TokenIds[position + 1] : -1;
                pack.Requests[row] = first + i;
            }

            pack.CuSeqLens[i + 1] = row;
        }

        return pack;
    }
}
