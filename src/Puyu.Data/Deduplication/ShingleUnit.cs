namespace Puyu.Data.Deduplication;

/// <summary>What a shingle is a run of. Case, space and punctuation never count.</summary>
public enum ShingleUnit
{
    /// <summary>Words; in scripts that do not separate words, ideographs and kana.</summary>
    Words,

    /// <summary>Letters and digits.</summary>
    Characters,
}
