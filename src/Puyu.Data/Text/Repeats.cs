namespace Puyu.Data.Text;

/// <summary>How much of a text's lines or paragraphs is repetition.</summary>
internal struct Repeats
{
    /// <summary>How many there are.</summary>
    public int Elements;

    /// <summary>How many occurred before.</summary>
    public int Repeated;

    /// <summary>UTF-16 units in those.</summary>
    public long RepeatedCharacters;

    /// <summary>How many occur more than once, each first one included.</summary>
    public int Shared;

    /// <summary>UTF-16 units in those.</summary>
    public long SharedCharacters;

    /// <summary>Counts one more.</summary>
    /// <param name="length">Its UTF-16 units.</param>
    /// <param name="isShared">Whether it occurs anywhere else.</param>
    /// <param name="wasSeen">Whether it occurred before.</param>
    public void Add(int length, bool isShared, bool wasSeen)
    {
        Elements++;
        Shared += isShared ? 1 : 0;
        SharedCharacters += isShared ? length : 0;
        Repeated += wasSeen ? 1 : 0;
        RepeatedCharacters += wasSeen ? length : 0;
    }
}
