namespace Puyu.Serving.OpenAi;

/// <summary>Looks for marks in text that comes in pieces.</summary>
internal static class TextMarks
{
    /// <summary>Length of the longest end of a text with which a mark begins.</summary>
    public static int Overlap(string text, string mark)
    {
        for (int length = Math.Min(text.Length, mark.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(mark.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
