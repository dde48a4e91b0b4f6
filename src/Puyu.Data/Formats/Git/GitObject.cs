namespace Puyu.Data.Formats;

/// <summary>Kinds of objects, numbered as in packs.</summary>
internal enum GitKind
{
    /// <summary>A commit.</summary>
    Commit = 1,

    /// <summary>A folder.</summary>
    Tree = 2,

    /// <summary>A file.</summary>
    Blob = 3,

    /// <summary>A tag with a message.</summary>
    Tag = 4,
}

/// <summary>What a Git repository stores under a hash.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record GitObject(GitKind Kind, byte[] Content)
{
    /// <summary>As objects name their kind.</summary>
    public string KindName => Kind switch
    {
        GitKind.Commit => "commit",
        GitKind.Tree => "tree",
        GitKind.Blob => "blob",
        _ => "tag",
    };
}
