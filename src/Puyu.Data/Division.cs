using System.Runtime.InteropServices;
using Puyu.Data.Deduplication;

namespace Puyu.Data;

/// <summary>Divides documents into training and held-out, related documents together.</summary>
/// <remarks>
/// Related are the overloads of a member, and members whose summaries are equal or similar. A group of related
/// documents is held out as a whole, by a hash of its first document's ID and the seed. A member of the held-out
/// namespace whose group reaches into training is set aside: it is neither trained nor evaluated on. So is a held-out
/// document that resembles a training document all the same.
/// </remarks>
internal sealed class Division
{
    public List<Document> Training { get; } = [];

    public List<Document> HeldOut { get; } = [];

    public List<Document> HeldOutNamespace { get; } = [];

    public int SetAside { get; private set; }

    public static Division Of(
        IReadOnlyList<Document> documents, CorpusOptions options, CancellationToken cancellationToken)
    {
        int[] groups = GroupsOf(documents, options.Deduplication, cancellationToken);
        bool[] isHeldOut = [.. documents.Select(document => Draw(document.Id, options.Seed) < options.HeldOutShare)];
        bool[] isOutside = new bool[documents.Count]; // whether a group has a member outside the held-out namespace
        for (int i = 0; i < documents.Count; i++)
        {
            isOutside[groups[i]] |= !IsIn(documents[i], options.HeldOutNamespace);
        }

        var division = new Division();
        for (int i = 0; i < documents.Count; i++)
        {
            division.Put(documents[i], options.HeldOutNamespace, isHeldOut[groups[i]], isOutside[groups[i]]);
        }

        division.SetAsideWhatResemblesTraining(options.Deduplication, cancellationToken);
        return division;
    }

    private void Put(Document document, string? heldOutNamespace, bool isHeldOut, bool isOutside)
    {
        if (IsIn(document, heldOutNamespace))
        {
            if (isOutside && !isHeldOut)
            {
                SetAside++;
                return;
            }

            HeldOutNamespace.Add(document);
            return;
        }

        (isHeldOut ? HeldOut : Training).Add(document);
    }

    /// <summary>
    /// Removes what the grouping missed, because it estimates similarity: afterwards no held-out text, and no held-out
    /// summary, reaches the threshold with any in training.
    /// </summary>
    private void SetAsideWhatResemblesTraining(DeduplicationOptions options, CancellationToken cancellationToken)
    {
        foreach (Func<Document, string> part in (Func<Document, string>[])[TextOf, SummaryOf])
        {
            string[] training = [.. Training.Select(part)];
            foreach (List<Document> heldOut in (List<Document>[])[HeldOut, HeldOutNamespace])
            {
                bool[] resembles = Resemblance.Find(
                    [.. heldOut.Select(part)], training, options, cancellationToken);
                Document[] rest = [.. heldOut.Where((_, i) => !resembles[i])];
                SetAside += heldOut.Count - rest.Length;
                heldOut.Clear();
                heldOut.AddRange(rest);
            }
        }
    }

    private static string TextOf(Document document) => document.Member?.Body ?? document.Text;

    private static string SummaryOf(Document document) => document.Member?.Summary ?? document.Text;

    /// <summary>For each document, the first document of its group.</summary>
    private static int[] GroupsOf(
        IReadOnlyList<Document> documents, DeduplicationOptions options, CancellationToken cancellationToken)
    {
        int[] parents = new int[documents.Count];
        for (int i = 0; i < parents.Length; i++)
        {
            parents[i] = i;
        }

        int[] members = [.. Enumerable.Range(0, documents.Count).Where(i => documents[i].Member is not null)];
        var families = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (int i in members)
        {
            families.TryAdd(documents[i].Member!.Name, i);
            Join(parents, i, families[documents[i].Member!.Name]);
        }

        Duplicates summaries = Deduplicator.Find(
            [.. members.Select(i => documents[i].Member!.Summary)], options, cancellationToken);
        for (int j = 0; j < members.Length; j++)
        {
            if (summaries.Of[j] != Duplicates.Kept)
            {
                Join(parents, members[j], members[summaries.Of[j]]);
            }
        }

        return [.. parents.Select((_, i) => Root(parents, i))];
    }

    /// <summary>Uniform in [0, 1), from the ID and the seed.</summary>
    private static double Draw(string id, ulong seed) =>
        (Hashing.Mix((ulong)Hashing.Hash128(MemoryMarshal.AsBytes(id.AsSpan())) ^ Hashing.Mix(seed)) >> 11)
        * (1.0 / (1UL << 53));

    private static bool IsIn(Document document, string? name) =>
        name is not null && document.Member is { } member
        && member.TypeName.StartsWith(name, StringComparison.Ordinal)
        && member.TypeName.Length > name.Length && member.TypeName[name.Length] == '.';

    private static void Join(int[] parents, int a, int b)
    {
        (a, b) = (Root(parents, a), Root(parents, b));
        parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    private static int Root(int[] parents, int i)
    {
        while (parents[i] != i)
        {
            parents[i] = parents[parents[i]];
            i = parents[i];
        }

        return i;
    }
}
