namespace Puyu.Data.Formats;

/// <summary>Says where records of a part were stored, in the order of the part.</summary>
/// <param name="file">As <see cref="DocumentSource.File"/>.</param>
/// <param name="source">What positions are of.</param>
internal sealed class RecordPlaces(string file, ByteSource source)
{
    private long _offset = -1;
    private int _index;

    /// <summary>The place of the next record.</summary>
    /// <param name="position">Where it begins.</param>
    public DocumentSource Next(long position)
    {
        long offset = source.Locate(position);
        _index = offset == _offset ? _index + 1 : 0;
        _offset = offset;
        return new DocumentSource(file, offset, _index);
    }
}
