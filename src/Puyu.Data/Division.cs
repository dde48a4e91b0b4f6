using System.Runtime.InteropServices;
using Puyu.Data.Deduplication;
using Puyu.Data.Documentation;

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
    private readonly List<Item> _training = [];
    private readonly List<Item> _heldOut = [];
    private readonly List<Item> _heldOutNamespace = [];
    private int _setAside;

    public static Corpus Of(
        IReadOnlyList<Document> documents, DivisionOptions options, CancellationToken cancellationToken)
    {
        Item[] items = [.. documents.Select(document => new Item(document, DocumentedMember.Of(document)))];
        int[] groups = GroupsOf(items, options.Similarity, cancellationToken);
        bool[] isHeldOut = [.. documents.Select(document => Draw(document.Id, options.Seed) < options.HeldOutShare)];
        bool[] isOutside = new bool[items.Length]; // whether a group has a member outside the held-out namespace
        for (int i = 0; i < items.Length; i++)
        {
            isOutside[groups[i]] |= !items[i].IsIn(options.HeldOutNamespace);
        }

        var division = new Division();
        for (int i = 0; i < items.Length; i++)
        {
            division.Put(items[i], options.HeldOutNamespace, isHeldOut[groups[i]], isOutside[groups[i]]);
        }

        division.SetAsideWhatResemblesTraining(options.Similarity, cancellationToken);
        return new Corpus(
            DocumentsOf(division._training), DocumentsOf(division._heldOut), DocumentsOf(division._heldOutNamespace),
            division._setAside);
    }

    private void Put(Item item, string? heldOutNamespace, bool isHeldOut, bool isOutside)
    {
        if (item.IsIn(heldOutNamespace))
        {
            if (isOutside && !isHeldOut)
            {
                _setAside++;
                return;
            }

            _heldOutNamespace.Add(item);
            return;
        }

        (isHeldOut ? _heldOut : _training).Add(item);
    }

    /// <summary>
    /// Removes what the grouping missed, because it estimates similarity: afterwards no held-out text, and no held-out
    /// summary, reaches the threshold with any in training.
    /// </summary>
    private void SetAsideWhatResemblesTraining(DeduplicationOptions options, CancellationToken cancellationToken)
    {
        foreach (Func<Item, string> part in (Func<Item, string>[])[item => item.Body, item => item.Summary])
        {
            string[] training = [.. _training.Select(part)];
            foreach (List<Item> heldOut in (List<Item>[])[_heldOut, _heldOutNamespace])
            {
                bool[] resembles = Resemblance.Find(
                    [.. heldOut.Select(part)], training, options, cancellationToken);
                Item[] rest = [.. heldOut.Where((_, i) => !resembles[i])];
                _setAside += heldOut.Count - rest.Length;
                heldOut.Clear();
                heldOut.AddRange(rest);
            }
        }
    }

    /// <summary>For each document, the first document of its group.</summary>
    private static int[] GroupsOf(
        Item[] items, DeduplicationOptions options, CancellationToken cancellationToken)
    {
        int[] parents = new int[items.Length];
        for (int i = 0; i < parents.Length; i++)
        {
            parents[i] = i;
        }

        int[] members = [.. Enumerable.Range(0, items.Length).Where(i => items[i].Member is not null)];
        var families = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (int i in members)
        {
            string family = items[i].Member!.Name;
            families.TryAdd(family, i);
            Join(parents, i, families[family]);
        }

        Duplicates summaries = Deduplicator.Find(
            [.. members.Select(i => items[i].Summary)], options, cancellationToken);
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

    private static Document[] DocumentsOf(List<Item> items) => [.. items.Select(item => item.Document)];

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

    /// <summary>A document, and the member that it is about, if it is about one.</summary>
    private readonly record struct Item(Document Document, DocumentedMember? Member)
    {
        public string Body => Member?.Body ?? Document.Text;

        public string Summary => Member?.Summary ?? Document.Text;

        public bool IsIn(string? name) =>
            name is not null && Member is { } member
            && member.TypeName.StartsWith(name, StringComparison.Ordinal)
            && member.TypeName.Length > name.Length && member.TypeName[name.Length] == '.';
    }
}
