using System.Globalization;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Cli.Tests.Support;

/// <summary>XML documentation of an invented library: enough for every stage of a quickstart, small enough for a test.</summary>
internal static class SmallDocumentation
{
    private static readonly string[] _verbs = ["Gets", "Sets", "Reads", "Writes", "Opens", "Closes", "Counts", "Finds"];
    private static readonly string[] _things =
    [
        "the buffer", "a record", "the index", "all entries", "the current token", "an open file", "the last error",
        "each row", "the cache", "a worker", "the schedule", "an empty queue", "the header", "a checksum", "the owner",
    ];

    private static readonly string[] _places =
    [
        "of the stream", "in the archive", "of this session", "for the given key", "from the table", "under the lock",
        "before the next step", "after the transaction", "of the parent node", "without blocking", "by name",
    ];

    /// <summary>Writes the documentation of <paramref name="members"/> members.</summary>
    public static void Write(string path, int members)
    {
        var random = new CounterRandom(seed: 1);
        var xml = new StringBuilder("<doc><assembly><name>Invented</name></assembly><members>\n");
        for (int i = 0; i < members; i++)
        {
            string verb = Draw(_verbs, ref random);
            string thing = Draw(_things, ref random);
            string place = Draw(_places, ref random);
            string name = string.Concat($"{verb} {thing} {place}".Split(' ').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            xml.Append(CultureInfo.InvariantCulture, $"<member name=\"M:Invented.Part{i % 7}.Type{i % 31}.{name}{i}(System.String)\">");
            xml.Append(CultureInfo.InvariantCulture, $"<summary>{verb} {thing} {place}, number {i} of {members}.</summary>");
            xml.Append(CultureInfo.InvariantCulture, $"<param name=\"key\">The key {place}.</param><returns>What was found {place}.</returns></member>\n");
        }

        File.WriteAllText(path, xml.Append("</members></doc>\n").ToString());
    }

    private static string Draw(string[] words, ref CounterRandom random) => words[random.NextInt32(words.Length)];
}
