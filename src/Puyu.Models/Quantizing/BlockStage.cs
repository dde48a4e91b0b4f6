namespace Puyu.Models.Quantizing;

/// <summary>The linear maps of a block that share an input, in the order of computation.</summary>
internal enum BlockStage
{
    /// <summary>Query, key and value.</summary>
    Qkv,

    /// <summary>The output of attention.</summary>
    AttentionOutput,

    /// <summary>Gate and up of the feed-forward.</summary>
    GateUp,

    /// <summary>Down of the feed-forward.</summary>
    Down,

    /// <summary>The end of the block, which has no map.</summary>
    End,
}
