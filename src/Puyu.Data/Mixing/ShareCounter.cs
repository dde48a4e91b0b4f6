namespace Puyu.Data.Mixing;

/// <summary>Counts what a mixture takes of each group, and divides it into files.</summary>
internal sealed class ShareCounter
{
    private readonly TokenOutput _output;
    private readonly MixShare[] _shares;
    private readonly List<MixShard> _shards = [];
    private long _documents;

    /// <summary>Nothing is taken yet.</summary>
    public ShareCounter(TokenOutput output, IReadOnlyList<GroupSize> sizes, IReadOnlyList<long> targets)
    {
        _output = output;
        _shares =
        [
            .. output.Groups.Select((group, i) => new MixShare(group.Options.Name, targets[i], 0, 0, sizes[i])),
        ];
    }

    /// <summary>A document follows.</summary>
    public void Add(Occurrence occurrence)
    {
        MixShare share = _shares[occurrence.Group];
        _shares[occurrence.Group] = share with
        {
            Tokens = share.Tokens + occurrence.Tokens,
            Documents = share.Documents + 1,
        };
        string type = _output.TypeOf(occurrence.Group);
        if (_shards is [.., { } last] && last.Type == type && last.Tokens + occurrence.Tokens <= _output.ShardTokens)
        {
            _shards[^1] = last with { Documents = last.Documents + 1, Tokens = last.Tokens + occurrence.Tokens };
        }
        else
        {
            _shards.Add(new MixShard(type, _documents, 1, occurrence.Tokens));
        }

        _documents++;
    }

    /// <summary>What was taken.</summary>
    public Mix Result(GroupSize leftOut) => new(_shares, leftOut, _shards);
}
