using Puyu.Inference.Sampling;

namespace Puyu.Inference.Engine;

/// <summary>The beams of a request, each a sequence of its own that shares its parent's blocks.</summary>
/// <remarks>
/// A beam that was computed is held until all are; held sequences give slots and blocks to whoever wants them, so that
/// beams need not fit the cache together.
/// </remarks>
/// <param name="search">Chooses.</param>
internal sealed class BeamGroup(BeamSearch search)
{
    private int _added;

    /// <summary>Takes the logits behind a beam, and lets it wait for the others.</summary>
    /// <param name="sequence">The beam.</param>
    /// <param name="logits">Shape [V]; not changed.</param>
    /// <returns>Whether all beams have theirs.</returns>
    public bool Add(Sequence sequence, ReadOnlySpan<float> logits)
    {
        search.Add(sequence.Place, logits);
        sequence.IsHeld = true;
        return ++_added == Math.Max(1, search.Live.Count);
    }

    /// <summary>Chooses the beams that go on.</summary>
    /// <param name="parents">The present ones.</param>
    /// <returns>Sequences with the blocks of their parents; none when the search is over.</returns>
    public Sequence[] Advance(Sequence[] parents)
    {
        _added = 0;
        int[] continued = search.Advance();
        var children = new Sequence[continued.Length];
        for (int i = 0; i < children.Length; i++)
        {
            Sequence parent = Array.Find(parents, sequence => sequence.Place == continued[i])!;
            children[i] = parent.Continue(i, search.Live[i].TokenId);
        }

        return children;
    }

    /// <summary>The best completions, best first.</summary>
    public IReadOnlyList<Beam> Best() => search.Best();
}
